using TechTemp.Data.Sqlite.Readings;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Quantities;

namespace TechTemp.Benchmarks;

/// <summary>The questions that dashboards ask all day, to the store itself.</summary>
public class QueryBenchmarks
{
    private readonly TimeBuckets _days = TimeBuckets.Days(TimeZoneInfo.Utc);
    private LatestQueries _latest = null!;
    private SeriesQueries _series = null!;
    private BucketQueries _buckets = null!;

    /// <summary>A year of readings of twenty devices.</summary>
    [GlobalSetup]
    public async Task SetUp()
    {
        var site = await SharedSite.GetAsync();
        (_latest, _series, _buckets) = (site.Get<LatestQueries>(), site.Get<SeriesQueries>(), site.Get<BucketQueries>());
    }

    /// <summary>Of all devices.</summary>
    [Benchmark(Description = "latest of 20 devices")]
    public int Latest() => _latest.ReadAnew().Count;

    /// <summary>As a device's page shows them.</summary>
    [Benchmark(Description = "newest 10 readings of a device")]
    public double Newest() => Sum(10);

    /// <summary>The largest page.</summary>
    [Benchmark(Description = "10,000 readings of a device")]
    public double Many() => Sum(10_000);

    /// <summary>A year chart.</summary>
    [Benchmark(Description = "a device's year of days")]
    public int Days() => _buckets.Newest(OfDevice().Parts, _days, 10_000).Count;

    private double Sum(int count)
    {
        var sum = 0d;
        foreach (var reading in _series.Readings(OfDevice()).Take(count))
        {
            sum += reading.Values.ValueOrZero(QuantityRegistry.Temperature);
        }

        return sum;
    }

    private Series OfDevice() => _series.OfDevice(Site.Uid(5), long.MinValue, long.MaxValue, calibrated: true)!;
}
