namespace TechTemp.Readings.Buckets;

/// <summary>How time is cut into buckets: the day of a time zone, or a fixed length counted from 1970-01-01T00:00Z.</summary>
public sealed class TimeBuckets
{
    // Of what follows a day that long is always the next day, which has more than that hour itself.
    private static readonly long s_longerThanAnyDay = (long)TimeSpan.FromHours(26).TotalMilliseconds;

    private readonly TimeZoneInfo? _zone;
    private readonly long _length;

    private TimeBuckets(TimeZoneInfo? zone, long length) => (_zone, _length) = (zone, length);

    /// <summary>Every fixed length is a multiple of this.</summary>
    public static TimeSpan Step { get; } = TimeSpan.FromMinutes(15);

    /// <summary>Days from midnight to midnight of a time zone: 23 to 25 hours where clocks are changed.</summary>
    public static TimeBuckets Days(TimeZoneInfo zone) => zone.HasSameRules(TimeZoneInfo.Utc) ? Of(TimeSpan.FromDays(1)) : new(zone, 0);

    /// <summary>Buckets of a fixed length.</summary>
    /// <param name="length">A positive multiple of <see cref="Step"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static TimeBuckets Of(TimeSpan length) =>
        length > TimeSpan.Zero && length.Ticks % Step.Ticks == 0
            ? new(null, (long)length.TotalMilliseconds)
            : throw new ArgumentOutOfRangeException(nameof(length), length, "Must be a positive multiple of 15 minutes.");

    /// <summary>The starts of the buckets before one, oldest first, and at the end the start of that one.</summary>
    /// <param name="end">The start of a bucket, unix milliseconds UTC.</param>
    /// <param name="oldest">Not further back than the bucket of this moment.</param>
    /// <param name="most">How many buckets at most.</param>
    internal long[] Edges(long end, long oldest, int most)
    {
        if (_zone is null)
        {
            var count = end <= oldest ? 0 : (int)Math.Min(most, (end - StartOf(oldest)) / _length);
            var edges = new long[count + 1];
            for (var i = 0; i <= count; i++)
            {
                edges[i] = end - ((count - i) * _length);
            }

            return edges;
        }

        var starts = new List<long> { end };
        while (starts.Count <= most && starts[^1] > oldest)
        {
            starts.Add(StartOfDay(starts[^1] - 1));
        }

        starts.Reverse();
        return [.. starts];
    }

    /// <summary>The start of the bucket that a moment falls in; both unix milliseconds UTC.</summary>
    public long StartOf(long ts)
    {
        if (_zone is null)
        {
            return ts - ts % _length;
        }

        return StartOfDay(ts);
    }

    /// <summary>Whether each bucket is made of whole spans of a length, which are counted from 1970 too. A day of a zone takes those that start in it.</summary>
    /// <param name="length">Milliseconds.</param>
    public bool AreMadeOf(long length) => _zone is not null || _length % length == 0;

    /// <summary>The start of the bucket after the one that starts there.</summary>
    public long Next(long start) => _zone is null ? start + _length : StartOfDay(start + s_longerThanAnyDay);

    // Asks for the local time of moments only: which moment a local time is, TimeZoneInfo gets wrong in years in which a
    // zone changed its rules (Asunción 2018, where the clocks went forward at midnight).
    private long StartOfDay(long ts)
    {
        var local = Local(ts);
        var step = (long)Step.TotalMilliseconds;
        var start = ts - (long)local.TimeOfDay.TotalMilliseconds;
        start -= start % step;
        // The clocks may have been put forward since midnight, or over it, …
        while (Local(start).Date != local.Date)
        {
            start += step;
        }

        // … or back; a midnight that is there twice is the earlier one.
        while (Local(start - step).Date == local.Date)
        {
            start -= step;
        }

        return start;
    }

    private DateTime Local(long ts) => TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(ts), _zone!).DateTime;
}
