using TechTemp.Data.Sqlite.Readings;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Queries;

namespace TechTemp.Benchmarks;

/// <summary>The questions that dashboards ask all day, to the store itself.</summary>
public class QueryBenchmarks
{
    private readonly TimeBuckets _days = TimeBuckets.Days(TimeZoneInfo.Utc);
    private LatestQueries _latest = null!;
    private Site _site = null!;

    /// <summary>A year of readings of twenty devices.</summary>
    [GlobalSetup]
    public async Task SetUp()
    {
        _site = await SharedSite.GetAsync();
        _latest = _site.Get<LatestQueries>();
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
    public int Days() => _site.Buckets(OfDevice(), _days).Count;

    private double Sum(int count)
    {
        var sum = 0d;
        foreach (var block in _site.Newest(OfDevice(), count))
        {
            var temperature = block.Values(QuantityRegistry.Temperature)!;
            for (var i = block.Last; i >= block.First; i--)
            {
                sum += temperature[i];
            }
        }

        return sum;
    }

    private Series OfDevice() => _site.OfDevice(Site.Uid(5));
}
