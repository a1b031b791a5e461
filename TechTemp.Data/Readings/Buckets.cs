namespace TechTemp.Data.Readings;

/// <summary>One bucket of a series.</summary>
/// <param name="Start">The bucket's start, unix milliseconds UTC.</param>
/// <param name="Temperature">Mean temperature, °C.</param>
/// <param name="TemperatureMin">Lowest temperature, °C.</param>
/// <param name="TemperatureMax">Highest temperature, °C.</param>
/// <param name="Humidity">Mean relative humidity, %.</param>
/// <param name="HumidityMin">Lowest relative humidity, %.</param>
/// <param name="HumidityMax">Highest relative humidity, %.</param>
/// <param name="Count">How many readings.</param>
public sealed record Bucket(
    long Start, double Temperature, double TemperatureMin, double TemperatureMax, double Humidity, double HumidityMin, double HumidityMax, int Count);

/// <summary>How time is cut into buckets: the day of a time zone, or a fixed length counted from 1970-01-01T00:00Z.</summary>
public sealed class Buckets
{
    private readonly TimeZoneInfo? _zone;
    private readonly long _length;

    private Buckets(TimeZoneInfo? zone, long length) => (_zone, _length) = (zone, length);

    /// <summary>Every fixed length is a multiple of this.</summary>
    public static TimeSpan Step { get; } = TimeSpan.FromMinutes(15);

    /// <summary>Days from midnight to midnight of a time zone: 23 to 25 hours where clocks are changed.</summary>
    public static Buckets Days(TimeZoneInfo zone) => new(zone, 0);

    /// <summary>Buckets of a fixed length.</summary>
    /// <param name="length">A positive multiple of <see cref="Step"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static Buckets Of(TimeSpan length) =>
        length > TimeSpan.Zero && length.Ticks % Step.Ticks == 0
            ? new(null, (long)length.TotalMilliseconds)
            : throw new ArgumentOutOfRangeException(nameof(length), length, "Must be a positive multiple of 15 minutes.");

    /// <summary>The start of the bucket that a moment falls in; both unix milliseconds UTC.</summary>
    public long StartOf(long ts)
    {
        if (_zone is null)
        {
            return ts - ts % _length;
        }

        return StartOfDay(ts);
    }

    /// <summary>Averages readings into buckets; empty buckets are omitted.</summary>
    /// <param name="readings">Newest first.</param>
    /// <returns>Newest first, made as they are taken.</returns>
    public IEnumerable<Bucket> Aggregate(IEnumerable<RawReading> readings)
    {
        var start = long.MaxValue;
        var sums = default(Sums);
        foreach (var reading in readings)
        {
            // Newest first: as long as a reading is not before the bucket's start it is in the bucket.
            if (reading.Ts < start)
            {
                if (sums.Count > 0)
                {
                    yield return sums.ToBucket(start);
                }

                start = StartOf(reading.Ts);
                sums = Sums.Empty;
            }

            sums.Add(reading);
        }

        if (sums.Count > 0)
        {
            yield return sums.ToBucket(start);
        }
    }

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

    private struct Sums
    {
        public static Sums Empty => new()
        {
            _temperatureMin = double.MaxValue,
            _temperatureMax = double.MinValue,
            _humidityMin = double.MaxValue,
            _humidityMax = double.MinValue,
        };

        private double _temperature, _temperatureMin, _temperatureMax, _humidity, _humidityMin, _humidityMax;

        public int Count { get; private set; }

        public void Add(in RawReading reading)
        {
            Count++;
            _temperature += reading.Temperature;
            _temperatureMin = Math.Min(_temperatureMin, reading.Temperature);
            _temperatureMax = Math.Max(_temperatureMax, reading.Temperature);
            _humidity += reading.Humidity;
            _humidityMin = Math.Min(_humidityMin, reading.Humidity);
            _humidityMax = Math.Max(_humidityMax, reading.Humidity);
        }

        public readonly Bucket ToBucket(long start) => new(
            start, _temperature / Count, _temperatureMin, _temperatureMax, _humidity / Count, _humidityMin, _humidityMax, Count);
    }
}
