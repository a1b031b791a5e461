namespace TechTemp.Dashboard.History;

/// <summary>A reading or a bucket of readings, in the viewer's unit.</summary>
/// <param name="Start">The reading's time or the bucket's start.</param>
/// <param name="Mean">The value.</param>
/// <param name="Min">The lowest.</param>
/// <param name="Max">The highest.</param>
/// <param name="Count">How many readings.</param>
/// <param name="Seconds">How long a reading stands for; of a bucket its length counts.</param>
public sealed record HistoryPoint(DateTimeOffset Start, double Mean, double Min, double Max, long Count, long Seconds = 0);

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
    /// The mean of a range over time: a bucket weighs its length inside the range, a reading the time that it stands for (<see cref="ReadingTime"/>). So a device that
    /// sends often for a while does not count more for it. Time without readings does not count.
    /// </summary>
    public double MeanBetween(DateTimeOffset from, DateTimeOffset to, HistoryCut cut)
    {
        var (sum, weights) = (0.0, 0.0);
        var isCut = cut.Length > TimeSpan.Zero;
        foreach (var point in Points.Where(p => p.Start <= to && (isCut ? p.Start > from - cut.Length : p.Start >= from)))
        {
            var end = point.Start + cut.Length;
            var weight = isCut ? ((end < to ? end : to) - (point.Start > from ? point.Start : from)).TotalSeconds : point.Seconds;
            (sum, weights) = (sum + point.Mean * weight, weights + weight);
        }

        return sum / weights;
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
