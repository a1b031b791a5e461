using TechTemp.Data.Readings;
using TechTemp.Data.Rollups;
using TechTemp.Data.Store;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Rollups;

public sealed class RollupBuilderTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_store_from_before_rollups_gets_them_and_is_current_only_then()
    {
        Fill();
        var before = Days();
        // As the migration leaves it.
        _store.Execute("DELETE FROM rollups; INSERT INTO rollup_backlog SELECT id, 0 FROM devices;");
        Assert.Equal(SchemaState.Outdated, _store.Get<StoreSchema>().Inspect());

        _store.Get<StoreSchema>().Migrate();

        Assert.Equal(SchemaState.Current, _store.Get<StoreSchema>().Inspect());
        Assert.Equal(before, Days());
        Assert.NotEmpty(before);
    }

    [Fact]
    public void A_store_with_sums_in_its_rollups_gets_means_over_time_and_keeps_those_whose_readings_are_gone()
    {
        Fill();
        var before = Days();
        // A day of 2022 of which retention has left the rollup.
        _store.ReplaceByVersion("20261126060000_BrokerState", $"""
            {_store.Dump("devices")} {_store.Dump("readings")}
            UPDATE devices SET raw_from = 19001 * 86400000 WHERE uid = 's0';
            INSERT INTO rollups (device_id, tier, bucket, count, temperature_sum, temperature_min, temperature_max, humidity_sum, humidity_min, humidity_max)
            SELECT id, 3, 19000, 10, 20550, 1900, 2100, 50000, 4000, 6000 FROM devices WHERE uid = 's0';
            """);
        Assert.Equal(SchemaState.Outdated, _store.Get<StoreSchema>().Inspect());

        _store.Get<StoreSchema>().Migrate();

        var after = Days();
        Assert.Equal(before, after.Where(day => day.Start != 19_000 * 86_400_000L));
        Assert.Equal([new(19_000 * 86_400_000L, 20.55, 19, 21, 50, 40, 60, 10)], after.Except(before));
        Assert.Equal(SchemaState.Current, _store.Get<StoreSchema>().Inspect());
    }

    [Fact]
    public async Task What_is_wrong_in_rollups_is_put_right_by_computing_them_again()
    {
        Fill();
        var before = Days();
        _store.Execute("UPDATE rollups SET count = count + 1; DELETE FROM rollups WHERE bucket % 3 = 0; INSERT OR IGNORE INTO rollups VALUES (1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1);");
        Assert.NotEqual(before, Days());

        var progress = await _store.Get<RollupBuilder>().RebuildAsync(null, long.MinValue, long.MaxValue, _ => { }, TestContext.Current.CancellationToken);

        Assert.Equal(new RollupProgress(2, 2, 600), progress);
        Assert.Equal(before, Days());
    }

    [Fact]
    public async Task An_unknown_device_is_said_to_be_unknown() =>
        Assert.Null(await _store.Get<RollupBuilder>().RebuildAsync("nobody", 0, long.MaxValue, _ => { }, TestContext.Current.CancellationToken));

    [Theory]
    [InlineData(21.02, 21.02)]
    [InlineData(-40, -40)]
    [InlineData(0, 0)]
    [InlineData(0.1 + 0.2, 0.1 + 0.2)]
    [InlineData(21.0204, 21.0204)]
    [InlineData(1.005, 1.005)]
    public void A_number_is_stored_as_it_is(double value, double expected)
    {
        _store.Write(Reading(_store.Now, value, 50, device: "s0"));
        Assert.Equal(expected, Days().Single().TemperatureMin);
    }

    private void Fill() => _store.Write([.. Enumerable.Range(0, 600).Select(i => Reading(_store.Now - i * 1_000_000L, i % 50, i % 100, device: $"s{i % 2}"))]);

    private IReadOnlyList<Bucket> Days()
    {
        var series = _store.Get<SeriesQueries>();
        return
        [
            .. new[] { "s0", "s1" }.Select(uid => series.OfDevice(uid, long.MinValue, long.MaxValue, calibrated: true))
                .SelectMany(s => s is null ? [] : _store.Get<BucketQueries>().Newest(s.Parts, Buckets.Days(TimeZoneInfo.Utc), 1_000)),
        ];
    }
}
