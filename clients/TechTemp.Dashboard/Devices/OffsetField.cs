using System.Globalization;
using TechTemp.Dashboard.Api;
using TechTemp.Dashboard.Viewing;

namespace TechTemp.Dashboard.Devices;

/// <summary>What a calibration adds to a quantity, as it is written in a form, in the viewer's unit.</summary>
public sealed class OffsetField
{
    private readonly double _stored;
    private readonly double _scale;
    private readonly string _shown;

    /// <summary>An offset of the API.</summary>
    /// <param name="viewer">Whoever looks.</param>
    /// <param name="quantity">To what it is added.</param>
    /// <param name="stored">What is added, in the API's unit.</param>
    public OffsetField(Viewer viewer, Quantity quantity, double stored)
    {
        (Quantity, _stored) = (quantity, stored);
        _scale = quantity.Unit == Quantity.Celsius && viewer.Fahrenheit ? 1.8 : 1;
        Value = _shown = Math.Round(stored * _scale, 3).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>To what it is added.</summary>
    public Quantity Quantity { get; }

    /// <summary>What is written.</summary>
    public string? Value { get; set; }

    /// <summary>What the API is sent; null where nothing is written. A °F is coarser than what is stored: what was not touched stays as it was.</summary>
    public double? Given =>
        Value == _shown ? _stored
        : double.TryParse(Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value / _scale
        : null;

    /// <summary>Its label.</summary>
    public string Label(Viewer viewer) => Quantity.Key switch
    {
        Quantity.TemperatureKey => viewer.Text("Devices.AddTemperature", viewer.Degrees),
        Quantity.HumidityKey => viewer.Text("Devices.AddHumidity"),
        _ => viewer.Text("Devices.AddOther", viewer.Unit(Quantity) is { Length: > 0 } unit ? $"{InSentence(viewer.Name(Quantity))}, {unit}" : InSentence(viewer.Name(Quantity))),
    };

    // A word begins with a small letter there, an abbreviation such as CO₂ or VOC does not.
    private static string InSentence(string name) => name.Length > 1 && char.IsLower(name[1]) ? char.ToLowerInvariant(name[0]) + name[1..] : name;
}
