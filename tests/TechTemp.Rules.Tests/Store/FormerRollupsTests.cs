using TechTemp.Data.Maintenance;
using TechTemp.Data.Sqlite.Schema;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Queries;
using TechTemp.Readings.Rules;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Store;

/// <summary>A store of a version with rollups, of which retention had dropped readings.</summary>
public sealed class FormerRollupsTests : IDisposable
{
    private const long Day = 86_400_000;
    private const long Gone = 19_000 * Day;
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task What_rollups_say_of_readings_that_are_gone_is_kept()
    {
        _store.Write([.. Enumerable.Range(0, 600).Select(i => Reading(_store.Now - i * 1_000_000L, i % 50, i % 100, device: $"s{i % 2}"))]);
        var before = Figures(Days()).ToList();
        // A day of which there are quarters of an hour, one of which there are hours, and one of which only the day is left. The rollups of what is there say nothing new.
        _store.ReplaceByVersion("20261126083903_DigestsAndOpenPlacements", $"""
            {_store.Dump("devices", "measures")} {_store.Dump("readings", "more")}
            UPDATE devices SET raw_from = 19003 * 86400000 WHERE uid = 's0';
            WITH left(tier, bucket, count, t, least, most) AS (VALUES
                (0, 19002 * 96 + 1, 1, 2000, 2000, 2000), (0, 19002 * 96 + 95, 2, 2100, 2100, 2100),
                (1, 19002 * 24, 1, 2000, 2000, 2000), (1, 19002 * 24 + 23, 2, 2100, 2100, 2100), (3, 19002, 3, 2066, 2000, 2100),
                (1, 19001 * 24 + 5, 4, 1500, 1400, 1600), (2, 19001 * 4, 4, 1500, 1400, 1600), (3, 19001, 4, 1500, 1400, 1600),
                (3, 19000, 10, 2055, 1900, 2100))
            INSERT INTO rollups (device_id, tier, bucket, count, seconds, temperature_integral, temperature_min, temperature_max, humidity_integral, humidity_min, humidity_max)
            SELECT id, tier, bucket, count, 100 * count, 100 * count * t, least, most, 500000 * count, 4000, 6000 FROM devices, left WHERE uid = 's0'
            UNION ALL SELECT device_id, 3, ts / 86400000, count(*), 900, 1, 1, 1, 1, 1, 1 FROM readings GROUP BY device_id, ts / 86400000;
            """);

        _store.Get<StoreSchema>().Migrate();

        Assert.Equal(
            [(Gone + (2 * Day), 62 / 3d, 20, 21, 50, 40, 60, 3), (Gone + Day, 15, 14, 16, 50, 40, 60, 4), (Gone, 20.55, 19, 21, 50, 40, 60, 10)],
            Figures(Days()).Except(before));
        Assert.Equal(before, Figures(Days().Where(day => day.Start > Gone + (3 * Day))));
        Assert.Equal([Gone + (2 * Day) + (95 * 900_000), Gone + (2 * Day) + 900_000], Of(TimeBuckets.Of(TimeBuckets.Step)).Where(b => b.Start >= Gone + (2 * Day)).Select(b => b.Start).Where(start => start < Gone + (3 * Day)));
        Assert.Equal(Gone + Day + (5 * 3_600_000), Of(TimeBuckets.Of(TimeSpan.FromHours(1))).Single(b => b.Start / Day == 19_001).Start);
        // What is left only of longer spans is not in shorter buckets.
        Assert.DoesNotContain(Of(TimeBuckets.Of(TimeBuckets.Step)), b => b.Start < Gone + (2 * Day));
        Assert.DoesNotContain(Of(TimeBuckets.Of(TimeSpan.FromMinutes(90))), b => b.Start < Gone + (2 * Day));
        Assert.DoesNotContain(Of(TimeBuckets.Of(TimeSpan.FromHours(3))), b => b.Start < Gone + Day);
        Assert.Equal(SchemaState.Current, _store.Get<StoreSchema>().Inspect());
        Assert.All(_store.Get<PageVerification>().Verify(), found => Assert.Empty(found.Wrong));
        // They are no readings.
        Assert.Equal(RejectionReasons.TooOld, (await _store.NewWriter().WriteAsync([Reading(Gone + 1, device: "s0")], TestContext.Current.CancellationToken)).Outcomes.Single().Rejection?.Reason);
        _store.Seal();
        Assert.Equal(3, Days().Count(day => day.Start < Gone + (3 * Day)));
    }

    private static IEnumerable<(long Start, double Mean, double Least, double Greatest, double Humidity, double Driest, double Dampest, long Count)> Figures(IEnumerable<Bucket> buckets)
    {
        foreach (var bucket in buckets)
        {
            var (temperature, humidity) = (bucket[QuantityRegistry.Temperature], bucket[QuantityRegistry.Humidity]);
            yield return (bucket.Start, temperature.Mean, temperature.Least, temperature.Greatest, humidity.Mean, humidity.Least, humidity.Greatest, bucket.Count);
        }
    }

    private List<Bucket> Days() => Of(TimeBuckets.Days(TimeZoneInfo.Utc));

    private List<Bucket> Of(TimeBuckets buckets)
    {
        var series = _store.Get<SeriesQueries>();
        return
        [
            .. new[] { "s0", "s1" }.Select(uid => series.OfDevice(uid, long.MinValue, long.MaxValue, calibrated: true))
                .SelectMany(s => s is null ? [] : _store.Get<BucketQueries>().Newest(s.Parts, buckets, 1_000)),
        ];
    }
}
