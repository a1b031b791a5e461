using TechTemp.Dashboard.Api;
using TechTemp.Dashboard.Viewing;

namespace TechTemp.Dashboard.Devices;

/// <summary>A calibration as it is written in a form: by the viewer's clock and in the viewer's units.</summary>
public sealed class CalibrationRow
{
    /// <summary>Since when a calibration holds that holds for every reading: none is older.</summary>
    public static readonly DateTimeOffset Ever = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Calibration _given;
    private readonly string _shownFrom;

    /// <summary>A calibration of the API, or a new one.</summary>
    /// <param name="viewer">Whoever looks.</param>
    /// <param name="given">The calibration.</param>
    /// <param name="quantities">The quantities that can be written.</param>
    public CalibrationRow(Viewer viewer, Calibration given, IEnumerable<Quantity> quantities)
    {
        _given = given;
        From = _shownFrom = LocalTime.Text(viewer, given.From);
        Always = given.From <= Ever;
        Offsets = [.. quantities.Select(q => new OffsetField(viewer, q, given.Offsets[q.OffsetKey] ?? 0))];
    }

    /// <summary>Whether it holds for every reading.</summary>
    public bool Always { get; set; }

    /// <summary>Since when.</summary>
    public string? From { get; set; }

    /// <summary>What is added to each quantity.</summary>
    public IReadOnlyList<OffsetField> Offsets { get; }

    /// <summary>
    /// The quantities that a form has fields for: temperature, humidity and what the device measures, and those that have an offset, so that it is seen and not lost.
    /// </summary>
    /// <param name="all">Every quantity.</param>
    /// <param name="newest">The device's newest reading; null when it has none.</param>
    /// <param name="calibrations">The device's calibrations.</param>
    public static IReadOnlyList<Quantity> Quantities(IEnumerable<Quantity> all, Measured? newest, IReadOnlyList<Calibration> calibrations) =>
    [
        .. all.Where(q => q.Key is Quantity.TemperatureKey or Quantity.HumidityKey || newest?[q.Key] is not null || calibrations.Any(c => c.Offsets[q.OffsetKey] is not (null or 0))),
    ];

    /// <summary>What the API is sent. An empty field is no offset; that there is no time, or no offset at all, the API says.</summary>
    public CalibrationRequest ToRequest(Viewer viewer) => new(
        // A minute is coarser than what is stored: what was not touched stays as it was.
        Always ? Ever : From == _shownFrom ? _given.From : LocalTime.Parse(viewer, From),
        Offsets.Where(o => o.Given is not null).ToDictionary(o => o.Quantity.OffsetKey, o => o.Given!.Value));
}
