namespace TechTemp.Readings.Pages;

/// <summary>
/// How long a reading stands for: the time that is nearer to it than to the readings of its device before and after it. So a mean
/// weighs time, and a sensor that sends often does not count more for it. See docs/decisions/0020-means-over-time.md.
/// </summary>
public static class ReadingTime
{
    /// <summary>A reading stands for no longer, seconds: as long as the shortest bucket. Beyond this distance there is a gap.</summary>
    public const long Most = 900;

    private const long None = -1;
    private const long Day = 24 * 60 * 60 * 1000;

    /// <summary>The time of a reading in whole seconds, from 1 to <see cref="Most"/>.</summary>
    /// <param name="before">The time of the device's reading before it, unix milliseconds UTC; null when there is none.</param>
    /// <param name="ts">Its own time, not negative.</param>
    /// <param name="after">The time of the device's reading after it.</param>
    public static long Seconds(long? before, long ts, long? after) => Seconds(Distance(before, ts), Distance(ts, after));

    /// <summary>The times of readings that follow each other on one day of UTC.</summary>
    /// <param name="times">Their times, rising.</param>
    /// <param name="before">The time of the device's reading before the first one; null when there is none.</param>
    /// <param name="after">The time of the device's reading after the last one.</param>
    /// <param name="seconds">Gets the time of each in whole seconds; as long as <paramref name="times"/>.</param>
    public static void Weigh(ReadOnlySpan<long> times, long? before, long? after, Span<long> seconds)
    {
        var left = Distance(before, times[0]);
        for (var i = 0; i < times.Length; i++)
        {
            var right = i + 1 < times.Length ? Step(times[i], times[i + 1]) : Distance(times[i], after);
            seconds[i] = Seconds(left, right);
            left = right;
        }
    }

    /// <summary>The times of readings that follow each other on one day of UTC in equal steps.</summary>
    /// <param name="times">Their times, rising; two or more.</param>
    /// <param name="before">The time of the device's reading before the first one; null when there is none.</param>
    /// <param name="after">The time of the device's reading after the last one.</param>
    /// <param name="step">The distance of each reading to the next one, milliseconds.</param>
    /// <param name="seconds">Gets the time of each in whole seconds; as long as <paramref name="times"/>.</param>
    internal static void Weigh(ReadOnlySpan<long> times, long? before, long? after, long step, Span<long> seconds)
    {
        var distance = Step(0, step);
        seconds.Fill(Seconds(distance, distance));
        seconds[0] = Seconds(Distance(before, times[0]), distance);
        seconds[^1] = Seconds(distance, Distance(times[^1], after));
    }

    private static long Seconds(long left, long right) =>
        left == None ? (right == None ? Most : right)
        : right == None ? left
        : (left + right + 1) / 2;

    // None across midnight UTC: the aggregates of a day depend on the readings of that day only, so they can be computed again alone.
    private static long Distance(long? from, long? to) =>
        from is { } first && to is { } last && first / Day == last / Day ? Step(first, last) : None;

    // None across a gap. In whole seconds, so that a clock's few milliseconds do not change the weights of readings at equal steps.
    private static long Step(long from, long to)
    {
        var seconds = Math.Max(1, (to - from + 500) / 1000);
        return seconds <= Most ? seconds : None;
    }
}
