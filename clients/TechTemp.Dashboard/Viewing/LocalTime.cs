using System.Globalization;

namespace TechTemp.Dashboard.Viewing;

/// <summary>Moments as a browser's <c>datetime-local</c> has them: <c>2026-11-22T17:05</c> by the viewer's clock.</summary>
public static class LocalTime
{
    private static readonly string[] s_formats = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss"];

    /// <summary>Writes a moment, to the minute.</summary>
    public static string Text(Viewer viewer, DateTimeOffset moment) => viewer.Local(moment).ToString(s_formats[0], CultureInfo.InvariantCulture);

    /// <summary>Writes a moment, to the second.</summary>
    public static string TextToTheSecond(Viewer viewer, DateTimeOffset moment) => viewer.Local(moment).ToString(s_formats[1], CultureInfo.InvariantCulture);

    /// <summary>Reads a moment; null when it is none. An hour that the clocks skip is read as the one after it, one that they repeat as its first.</summary>
    public static DateTimeOffset? Parse(Viewer viewer, string? text)
    {
        if (!DateTime.TryParseExact(text, s_formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
        {
            return null;
        }

        var zone = viewer.Zone;
        return zone.IsInvalidTime(local)
            ? new DateTimeOffset(local, zone.GetUtcOffset(local.AddHours(-3)))
            : new DateTimeOffset(local, zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local));
    }
}
