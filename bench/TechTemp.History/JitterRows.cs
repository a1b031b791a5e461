using TechTemp.History.Simulation;
using TechTemp.Readings.Quantities;

namespace TechTemp.History;

/// <summary>What a reading takes on disk where half of 20 devices measure up to 2 seconds late.</summary>
internal static class JitterRows
{
    private const int Devices = 20;
    private static readonly QuantitySet s_four = QuantitySet.Usual.With(QuantityRegistry.Pressure).With(QuantityRegistry.Co2);

    public static Task MeasureAsync(HistoryOptions options, Table table)
    {
        var days = options.IsShort ? 7 : 365;
        foreach (var (quantities, names) in new[] { (QuantitySet.Usual, "temperature and humidity"), (s_four, "temperature, humidity, pressure, CO2") })
        {
            var devices = SimulatedDevice.Some(Devices, Site.Step, quantities, jitter: 2_000);
            using var site = Site.Create(SimulatedDevice.Messages(devices, Site.Step, days));
            BytesRow.Measure(site, table, $"{Devices} devices, half with jitter, {days} days, {names}: bytes a reading", Devices);
        }

        return Task.CompletedTask;
    }
}
