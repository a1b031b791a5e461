using TechTemp.Dashboard.Viewing;

namespace TechTemp.Dashboard.History;

/// <summary>How time is cut into points of a line: single readings, or buckets of the API.</summary>
/// <param name="Bucket">The API's <c>bucket</c>.</param>
/// <param name="Length">How long one is; zero for single readings.</param>
public sealed record HistoryCut(string Bucket, TimeSpan Length)
{
    /// <summary>Single readings.</summary>
    public static HistoryCut Raw { get; } = new("raw", TimeSpan.Zero);

    /// <summary>A quarter of an hour, the store's finest bucket.</summary>
    public static HistoryCut Quarter { get; } = new("PT15M", TimeSpan.FromMinutes(15));

    /// <summary>An hour.</summary>
    public static HistoryCut Hour { get; } = new("hour", TimeSpan.FromHours(1));

    /// <summary>A day of the viewer's.</summary>
    public static HistoryCut Day { get; } = new("day", TimeSpan.FromDays(1));

    /// <summary>The finest cut that the width can show: more points than pixels are only slower.</summary>
    /// <param name="span">How much time is shown.</param>
    /// <param name="width">How wide the chart is, in CSS pixels.</param>
    public static HistoryCut For(TimeSpan span, int width)
    {
        width = Math.Max(width, 200);
        // Sensors send every few seconds to minutes: about a reading for each pixel and second of twenty.
        return span <= TimeSpan.FromSeconds(20 * width) ? Raw
            : span <= Quarter.Length * (width / 1.5) ? Quarter
            : span <= Hour.Length * width ? Hour
            : Day;
    }

    /// <summary>A range made longer by half its length at both ends, so that a pan shows something at once, and until whole buckets fill it.</summary>
    public (DateTimeOffset From, DateTimeOffset To) Around(DateTimeOffset from, DateTimeOffset to, Viewer viewer)
    {
        var margin = (to - from) / 2;
        (from, to) = (from - margin, to + margin);
        if (this == Raw)
        {
            return (from, to);
        }

        if (this == Day)
        {
            return (viewer.StartOf(viewer.Local(from).Date), viewer.StartOf(viewer.Local(to).Date.AddDays(1)).AddMilliseconds(-1));
        }

        var length = Length.Ticks;
        return (new(from.UtcTicks / length * length, TimeSpan.Zero), new DateTimeOffset((to.UtcTicks / length + 1) * length, TimeSpan.Zero).AddMilliseconds(-1));
    }
}
