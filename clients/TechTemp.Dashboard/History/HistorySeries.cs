namespace TechTemp.Dashboard.History;

/// <summary>A reading or a bucket of readings, in the viewer's unit.</summary>
/// <param name="Start">The reading's time or the bucket's start.</param>
/// <param name="Mean">The value.</param>
/// <param name="Min">The lowest.</param>
/// <param name="Max">The highest.</param>
/// <param name="Count">How many readings.</param>
public sealed record HistoryPoint(DateTimeOffset Start, double Mean, double Min, double Max, long Count);

/// <summary>The readings of a room or device, oldest first.</summary>
/// <param name="Source">Whose.</param>
/// <param name="Colour">Which of the chart's colours, from 1.</param>
/// <param name="Points">The readings.</param>
/// <param name="Silence">Longer than this between two points is a gap: no line leads over it.</param>
public sealed record HistorySeries(HistorySource Source, int Colour, IReadOnlyList<HistoryPoint> Points, TimeSpan Silence)
{
    /// <summary>The points of a range, with buckets that reach into it.</summary>
    public IReadOnlyList<HistoryPoint> Between(DateTimeOffset from, DateTimeOffset to, HistoryCut cut) =>
        [.. Points.Where(p => p.Start > from - cut.Length && p.Start <= to)];

    /// <summary>How many gaps there are between points.</summary>
    public int GapsIn(IReadOnlyList<HistoryPoint> points) => points.Zip(points.Skip(1)).Count(pair => pair.Second.Start - pair.First.Start > Silence);

    /// <summary>
    /// The silence that is a gap: a bucket without readings, or three times the usual step for a device that sends less often
    /// than that (the rule of the API's gaps).
    /// </summary>
    public static TimeSpan SilenceOf(IReadOnlyList<HistoryPoint> points, HistoryCut cut)
    {
        // A day with a change of clocks has 25 hours.
        var bucket = cut.Length * 1.5;
        if (points.Count < 3)
        {
            return bucket > TimeSpan.Zero ? bucket : TimeSpan.MaxValue;
        }

        var steps = points.Zip(points.Skip(1), (a, b) => b.Start - a.Start).Order().ToList();
        var usual = steps[(steps.Count - 1) / 2] * 3;
        return usual > bucket ? usual : bucket;
    }
}
