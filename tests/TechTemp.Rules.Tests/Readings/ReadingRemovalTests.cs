using TechTemp.Data.Devices;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Registries;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Calibrations;
using TechTemp.Readings.Queries;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Readings;

/// <summary>Removal in steps; what it does to buckets is in <see cref="SealingPropertyTests"/>.</summary>
public sealed class ReadingRemovalTests : IDisposable
{
    private const int Minute = 60_000;
    private const int Count = 5_000;
    private readonly TestStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_interval_of_days_is_removed_and_nothing_beside_it(bool areSealed)
    {
        _store.Write([.. Enumerable.Range(0, Count).Select(i => Reading(_store.Now - (i * Minute))), Reading(_store.Now - (10 * Minute), device: "s2")]);
        Assert.Equal(areSealed ? Count - 721 : 0, areSealed ? _store.Seal() : 0);
        var removal = await _store.Get<ReadingRemoval>().RemoveAsync("s1", _store.Now - (4_990 * Minute), _store.Now - (10 * Minute));

        Assert.Equal(new Removal(4_981), removal);
        Assert.Equal([.. Enumerable.Range(4_991, 9).Concat(Enumerable.Range(0, 10)).Select(i => _store.Now - (i * (long)Minute)).Order()], All());
        Assert.Single(_store.Readings("s2"));
        Assert.Equal(19, _store.Get<BucketQueries>().All([new(1, 0, long.MaxValue, Correction.None)], TimeBuckets.Of(TimeSpan.FromHours(1))).Sum(b => b.Count));
    }

    /// <summary>Whoever asks for the newest reading looks for a row.</summary>
    [Fact]
    public async Task Where_the_newest_readings_are_removed_the_one_before_is_a_row()
    {
        _store.Write([.. Enumerable.Range(0, Count).Select(i => Reading(_store.Now - (i * Minute), i % 50))]);
        _store.Seal();
        await _store.Get<ReadingRemoval>().RemoveAsync("s1", _store.Now - (2_000 * Minute), long.MaxValue);

        Assert.Equal(_store.Now - (2_001 * Minute), _store.Get<LatestQueries>().Read().Single().Ts);
        Assert.Equal(2_001 % 50, _store.Get<LatestQueries>().Read().Single().Temperature);
        Assert.Equal(Count - 2_001, All().Count);
        // Its day is sealed again when a newer one has come.
        Assert.Equal(0, _store.Seal());
        _store.Write(Reading(_store.Now));
        Assert.NotEqual(0, _store.Seal());
        Assert.Single(_store.Readings());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_device_is_deleted_with_however_many_readings(bool areSealed)
    {
        _store.Write([.. Enumerable.Range(0, Count).Select(i => Reading(_store.Now - (i * Minute))), Reading(_store.Now, device: "s2")]);
        Assert.Equal(areSealed ? Count - 721 : 0, areSealed ? _store.Seal() : 0);
        Assert.Equal(DeviceOutcome.HasReadings, await _store.With((DeviceRegistry d) => d.DeleteAsync("s1", withReadings: false, Cancel)));
        Assert.Equal(Count, All().Count);

        Assert.Equal(DeviceOutcome.Done, await _store.With((DeviceRegistry d) => d.DeleteAsync("s1", withReadings: true, Cancel)));
        Assert.Equal([(1L, 1L, 0L)], _store.Rows("SELECT (SELECT count(*) FROM devices), (SELECT count(*) FROM readings), (SELECT count(*) FROM pages);", r => (r.GetInt64(0), r.GetInt64(1), r.GetInt64(2))));
        Assert.Equal(DeviceOutcome.NotFound, await _store.With((DeviceRegistry d) => d.DeleteAsync("s1", withReadings: true, Cancel)));
    }

    /// <summary>Between two steps ingest writes: a step that found one more reading each time would be followed by another one for ever.</summary>
    [Fact]
    public async Task A_device_that_goes_on_sending_does_not_keep_a_removal_from_ending()
    {
        _store.Write([.. Enumerable.Range(0, Count).Select(i => Reading(_store.Now - (i * Minute)))]);
        var sent = 0;
        var removal = new ReadingRemoval(_store.Maintenance, _store.Sql, new PausedTime(TimeProvider.System, () => _store.Write(Reading(_store.Now + ++sent))));

        Assert.Equal(Count, (await removal.RemoveAsync("s1", 0, long.MaxValue))?.Deleted - sent + _store.Readings().Count);
        Assert.InRange(sent, 1, 10);

        _store.Write([.. Enumerable.Range(0, 2 * Count).Select(i => Reading(_store.Now - (i * Minute)))]);
        sent = 0;
        Assert.InRange(_store.Readings().Count, 2 * Count, 3 * Count);
        await removal.RemoveDeviceAsync(_store.Read(c => c.Devices.Single().Id));
        Assert.InRange(sent, 1, 20);
        Assert.InRange(_store.Readings().Count, 0, sent);
    }

    [Fact]
    public async Task Nothing_is_removed_of_an_unknown_device_or_an_empty_interval()
    {
        _store.Write(Reading(_store.Now));
        Assert.Null(await _store.Get<ReadingRemoval>().RemoveAsync("nobody", 0, long.MaxValue));
        Assert.Equal(new Removal(0), await _store.Get<ReadingRemoval>().RemoveAsync("s1", _store.Now + 1, long.MaxValue));
        Assert.Single(_store.Readings());
    }

    private List<long> All() => [.. _store.Get<SeriesQueries>().Readings(_store.Get<SeriesQueries>().OfDevice("s1", 0, long.MaxValue, calibrated: true)!).Select(r => r.Ts).Reverse()];
}
