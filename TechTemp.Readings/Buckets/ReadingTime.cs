namespace TechTemp.Readings.Buckets;

/// <summary>
/// How long a reading stands for: the time that is nearer to it than to the readings of its device before and after it. So a mean
/// weighs time, and a sensor that sends often does not count more for it. See docs/decisions/0020-means-over-time.md.
/// </summary>
public static class ReadingTime
{
    /// <summary>A reading stands for no longer, seconds: as long as the shortest bucket. Beyond this distance there is a gap.</summary>
    public const long Most = 900;

    /// <summary>Readings further away than this have no influence, milliseconds.</summary>
    public const long Reach = (Most * 1000) + 1000;

    private const long Day = 24 * 60 * 60 * 1000;

    /// <summary>The time of a reading in whole seconds, from 1 to <see cref="Most"/>.</summary>
    /// <param name="before">The time of the device's reading before it, unix milliseconds UTC; null when there is none.</param>
    /// <param name="ts">Its own time, not negative.</param>
    /// <param name="after">The time of the device's reading after it.</param>
    public static long Seconds(long? before, long ts, long? after) => (Distance(before, ts), Distance(ts, after)) switch
    {
        ({ } left, { } right) => (left + right + 1) / 2,
        ({ } left, null) => left,
        (null, { } right) => right,
        (null, null) => Most,
    };

    // Null across a gap, and across midnight UTC: the aggregates of a day depend on the readings of that day only, so they can be computed again alone.
    // In whole seconds, so that a clock's few milliseconds do not change the weights of readings at equal steps.
    private static long? Distance(long? from, long? to)
    {
        if (from is not { } first || to is not { } last || first / Day != last / Day)
        {
            return null;
        }

        var seconds = Math.Max(1, (last - first + 500) / 1000);
        return seconds <= Most ? seconds : null;
    }
}
