using System.Globalization;
using TechTemp.Dashboard.Viewing;

namespace TechTemp.Dashboard.Devices;

/// <summary>A limit of comfort as it is written in a form, in the viewer's unit.</summary>
public sealed class ComfortField
{
    private readonly double? _stored;
    private readonly string? _shown;
    private readonly bool _isTemperature;

    /// <summary>A limit of the API.</summary>
    /// <param name="viewer">Whoever looks.</param>
    /// <param name="text">Its label's name in the texts.</param>
    /// <param name="field">What the API calls it.</param>
    /// <param name="stored">What it is, °C or %; null for the default.</param>
    /// <param name="usual">The default; null for none.</param>
    public ComfortField(Viewer viewer, string text, string field, double? stored, double? usual)
    {
        (Text, Field, _stored) = (text, field, stored);
        _isTemperature = field.StartsWith("comfort.temperature", StringComparison.Ordinal);
        Value = _shown = Shown(viewer, stored);
        Usual = Shown(viewer, usual);
    }

    /// <summary>Its label's name in the texts.</summary>
    public string Text { get; }

    /// <summary>What the API calls it.</summary>
    public string Field { get; }

    /// <summary>The default; null for none.</summary>
    public string? Usual { get; }

    /// <summary>What is written.</summary>
    public string? Value { get; set; }

    /// <summary>What the API is sent, °C or %; null for the default. A °F is coarser than what is stored: what was not touched stays as it was.</summary>
    public double? Given(Viewer viewer) =>
        Value == _shown ? _stored
        : double.TryParse(Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? _isTemperature ? Math.Round(viewer.Celsius(number), 2) : number
        : null;

    private string? Shown(Viewer viewer, double? value) =>
        value is { } number ? Math.Round(_isTemperature ? viewer.Degree(number) : number, 1).ToString(CultureInfo.InvariantCulture) : null;
}
