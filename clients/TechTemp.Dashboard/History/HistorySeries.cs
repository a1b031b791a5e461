namespace TechTemp.Dashboard.History;

/// <summary>A reading or a bucket of readings, in the viewer's unit.</summary>
/// <param name="Start">The reading's time or the bucket's start.</param>
/// <param name="Mean">The value.</param>
/// <param name="Min">The lowest.</param>
/// <param name="Max">The highest.</param>
/// <param name="Count">How many readings.</param>
public sealed record HistoryPoint(DateTimeOffset Start, double Mean, double Min, double Max, long Count);

/// <summary>The readings of a room or device, oldest first.</summary>
public sealed class HistorySeries
{
    // So many steps on each side of a gap say what is usual there.
    private const int Neighbours = 5;

    /// <summary>Readings, and what of them is no line.</summary>
    /// <param name="source">Whose.</param>
    /// <param name="colour">Which of the chart's colours, from 1.</param>
    /// <param name="points">The readings, oldest first.</param>
    /// <param name="cut">How time is cut.</param>
    public HistorySeries(HistorySource source, int colour, IReadOnlyList<HistoryPoint> points, HistoryCut cut)
    {
        (Source, Colour, Points) = (source, colour, points);
        var steps = points.Zip(points.Skip(1), (a, b) => b.Start - a.Start).ToArray();
        Breaks = [.. Enumerable.Range(0, steps.Length).Where(i => steps[i] > Silence(steps, i, cut)).Select(i => i + 1)];
        LastSilence = Silence(steps, steps.Length, cut);
    }

    /// <summary>Whose.</summary>
    public HistorySource Source { get; }

    /// <summary>Which of the chart's colours, from 1.</summary>
    public int Colour { get; }

    /// <summary>The readings.</summary>
    public IReadOnlyList<HistoryPoint> Points { get; }

    /// <summary>The points before which there is a gap: no line leads to them. Ascending.</summary>
    public IReadOnlyList<int> Breaks { get; }

    /// <summary>Silent for longer than this after the last point, it is silent.</summary>
    public TimeSpan LastSilence { get; }

    /// <summary>The points of a range, with buckets that reach into it.</summary>
    public IReadOnlyList<HistoryPoint> Between(DateTimeOffset from, DateTimeOffset to, HistoryCut cut) =>
        [.. Points.Where(p => p.Start > from - cut.Length && p.Start <= to)];

    /// <summary>
    /// The mean of a range over time: a bucket weighs its length inside the range, a reading the time that is nearer to it than to the ones before and after. So a device that
    /// sends often for a while does not count more for it. Time without readings does not count.
    /// </summary>
    public double MeanBetween(DateTimeOffset from, DateTimeOffset to, HistoryCut cut)
    {
        var breaks = Breaks.ToHashSet();
        var (sum, weights, plain, count) = (0.0, 0.0, 0.0, 0);
        for (var i = 0; i < Points.Count; i++)
        {
            var point = Points[i];
            if (point.Start > to || (cut.Length > TimeSpan.Zero ? point.Start <= from - cut.Length : point.Start < from))
            {
                continue;
            }

            var (begin, end) = cut.Length > TimeSpan.Zero
                ? (point.Start, point.Start + cut.Length)
                : (i == 0 || breaks.Contains(i) ? point.Start : point.Start - (point.Start - Points[i - 1].Start) / 2,
                   i == Points.Count - 1 || breaks.Contains(i + 1) ? point.Start : point.Start + (Points[i + 1].Start - point.Start) / 2);
            var weight = ((end < to ? end : to) - (begin > from ? begin : from)).TotalSeconds;
            (sum, weights, plain, count) = (sum + point.Mean * weight, weights + weight, plain + point.Mean, count + 1);
        }

        // Single readings between gaps have no time of their own.
        return weights > 0 ? sum / weights : plain / count;
    }

    /// <summary>How many gaps there are between the points of a range.</summary>
    public int GapsBetween(DateTimeOffset from, DateTimeOffset to) => Breaks.Count(i => Points[i].Start > from && Points[i - 1].Start < to);

    // A bucket without readings (a day with a change of clocks has 25 hours). Of single readings, and of a device that sends less often
    // than that, three times the usual step, which is the rule of the API's gaps. What is usual is asked around the place: a device may have sent every five minutes once, and every five seconds today.
    private static TimeSpan Silence(TimeSpan[] steps, int at, HistoryCut cut)
    {
        var bucket = cut.Length * 1.5;
        var around = steps[Math.Max(0, at - Neighbours)..at].Concat(steps[Math.Min(at + 1, steps.Length)..Math.Min(at + 1 + Neighbours, steps.Length)]).Order().ToList();
        if (around.Count == 0)
        {
            return bucket > TimeSpan.Zero ? bucket : TimeSpan.MaxValue;
        }

        var usual = around[around.Count / 2];
        return usual > bucket ? usual * 3 : bucket;
    }
}
