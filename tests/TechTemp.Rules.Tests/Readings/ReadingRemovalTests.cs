using TechTemp.Data.Devices;
using TechTemp.Data.Readings;
using TechTemp.Data.Rollups;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Readings;

/// <summary>Removal in steps; what it does to rollups is in <see cref="Rollups.RollupPropertyTests"/>.</summary>
public sealed class ReadingRemovalTests : IDisposable
{
    private const int Minute = 60_000;
    private const int Count = 5_000;
    private readonly TestStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task An_interval_of_days_is_removed_and_nothing_beside_it()
    {
        _store.Write([.. Enumerable.Range(0, Count).Select(i => Reading(_store.Now - (i * Minute))), Reading(_store.Now - (10 * Minute), device: "s2")]);
        var removal = await _store.Get<ReadingRemoval>().RemoveAsync("s1", _store.Now - (4_990 * Minute), _store.Now - (10 * Minute));

        Assert.Equal(new Removal(4_981), removal);
        Assert.Equal([.. Enumerable.Range(4_991, 9).Concat(Enumerable.Range(0, 10)).Select(i => _store.Now - (i * (long)Minute)).Order()], _store.Readings().Select(r => r.Ts));
        Assert.Single(_store.Readings("s2"));
        Assert.Equal(19, _store.Get<BucketQueries>().All([new(1, 0, long.MaxValue)], Buckets.Of(TimeSpan.FromHours(1))).Sum(b => b.Count));
    }

    [Fact]
    public async Task A_device_is_deleted_with_however_many_readings()
    {
        _store.Write([.. Enumerable.Range(0, Count).Select(i => Reading(_store.Now - (i * Minute))), Reading(_store.Now, device: "s2")]);
        Assert.Equal(DeviceOutcome.HasReadings, await _store.With((DeviceRegistry d) => d.DeleteAsync("s1", withReadings: false, Cancel)));
        Assert.Equal(Count, _store.Readings().Count);

        Assert.Equal(DeviceOutcome.Done, await _store.With((DeviceRegistry d) => d.DeleteAsync("s1", withReadings: true, Cancel)));
        Assert.Equal([(1L, 1L, 4L)], _store.Rows("SELECT (SELECT count(*) FROM devices), (SELECT count(*) FROM readings), (SELECT count(*) FROM rollups);", r => (r.GetInt64(0), r.GetInt64(1), r.GetInt64(2))));
        Assert.Equal(DeviceOutcome.NotFound, await _store.With((DeviceRegistry d) => d.DeleteAsync("s1", withReadings: true, Cancel)));
    }

    [Fact]
    public async Task Nothing_is_removed_of_an_unknown_device_or_an_empty_interval()
    {
        _store.Write(Reading(_store.Now));
        Assert.Null(await _store.Get<ReadingRemoval>().RemoveAsync("nobody", 0, long.MaxValue));
        Assert.Equal(new Removal(0), await _store.Get<ReadingRemoval>().RemoveAsync("s1", _store.Now + 1, long.MaxValue));
        Assert.Single(_store.Readings());
    }
}
