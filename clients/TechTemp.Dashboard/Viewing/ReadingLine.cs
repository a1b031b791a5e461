using TechTemp.Dashboard.Api;

namespace TechTemp.Dashboard.Viewing;

/// <summary>A reading in one line: <c>21.4 °C · 45 % · 812 ppm</c>.</summary>
public static class ReadingLine
{
    private static readonly string[] s_first = [Quantity.TemperatureKey, Quantity.HumidityKey, Quantity.Co2Key];
    private static readonly string[] s_aboutTheDevice = [Quantity.BatteryKey, Quantity.VoltageKey, Quantity.SignalKey];

    /// <summary>The values that people look for first: temperature, humidity and CO₂. Of a reading without them what <see cref="Full"/> says.</summary>
    public static string Brief(Viewer viewer, Quantities quantities, Measured values) =>
        Line(viewer, quantities, values, q => s_first.Contains(q.Key)) is { Length: > 0 } line ? line : Full(viewer, quantities, values);

    /// <summary>Every value of the air. Of a reading without them those about the device, such as its battery.</summary>
    public static string Full(Viewer viewer, Quantities quantities, Measured values) =>
        Line(viewer, quantities, values, q => !s_aboutTheDevice.Contains(q.Key)) is { Length: > 0 } line ? line : Line(viewer, quantities, values, _ => true);

    private static string Line(Viewer viewer, Quantities quantities, Measured values, Func<Quantity, bool> isWanted) =>
        string.Join(" · ", quantities.All.Where(isWanted).Select(q => values[q.Key] is { } value ? Named(viewer, q, value) : null).OfType<string>());

    // A unit says what was measured, except where there is none, or another percentage than that of humidity.
    private static string Named(Viewer viewer, Quantity quantity, double value) =>
        quantity is { Unit: "" } or { Unit: "%", Key: not Quantity.HumidityKey } ? $"{viewer.Name(quantity)} {viewer.Value(quantity, value)}" : viewer.Value(quantity, value);
}
