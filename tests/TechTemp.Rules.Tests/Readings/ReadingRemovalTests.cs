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

    /// <summary>Between two steps ingest writes: a step that found one more reading each time would be followed by another one for ever.</summary>
    [Fact]
    public async Task A_device_that_goes_on_sending_does_not_keep_a_removal_from_ending()
    {
        _store.Write([.. Enumerable.Range(0, Count).Select(i => Reading(_store.Now - (i * Minute)))]);
        var sent = 0;
        var removal = new ReadingRemoval(_store.Connections, new PausedTime(() => _store.Write(Reading(_store.Now + ++sent))));

        Assert.Equal(Count, (await removal.RemoveAsync("s1", 0, long.MaxValue))?.Deleted - sent + _store.Readings().Count);
        Assert.InRange(sent, 1, 10);

        _store.Write([.. Enumerable.Range(0, 2 * Count).Select(i => Reading(_store.Now - (i * Minute)))]);
        sent = 0;
        Assert.InRange(_store.Readings().Count, 2 * Count, 3 * Count);
        await removal.RemoveAllAsync(_store.Read(c => c.Devices.Single().Id));
        Assert.InRange(sent, 1, 20);
        Assert.InRange(_store.Readings().Count, 0, sent);
    }

    [Fact]
    public async Task What_retention_begins_with_meanwhile_keeps_its_rollups()
    {
        _store.Write([.. Enumerable.Range(0, Count).Select(i => Reading(_store.Now - (i * Minute)))]);
        var rawFrom = (_store.Now / 86_400_000 - 1) * 86_400_000;
        // As retention does, which cuts at midnight UTC: the mark, then the readings; the rollups of them stay.
        var removal = new ReadingRemoval(_store.Connections, new PausedTime(() => _store.Execute($"UPDATE devices SET raw_from = {rawFrom}; DELETE FROM readings WHERE ts < {rawFrom};")));
        var firstDay = Enumerable.Range(0, Count).Count(i => (_store.Now - (i * (long)Minute)) / 86_400_000 == (_store.Now - ((Count - 1L) * Minute)) / 86_400_000);

        await removal.RemoveAsync("s1", 0, _store.Now - (900 * Minute));

        // The first day is removed by the first step, and of the others what is not retention's: 21 hours, both ends included.
        Assert.Equal(Count - firstDay - (21 * 60 + 1), _store.Get<BucketQueries>().All([new(1, 0, long.MaxValue)], Buckets.Days(TimeZoneInfo.Utc)).Sum(b => b.Count));
    }

    [Fact]
    public async Task Nothing_is_removed_of_an_unknown_device_or_an_empty_interval()
    {
        _store.Write(Reading(_store.Now));
        Assert.Null(await _store.Get<ReadingRemoval>().RemoveAsync("nobody", 0, long.MaxValue));
        Assert.Equal(new Removal(0), await _store.Get<ReadingRemoval>().RemoveAsync("s1", _store.Now + 1, long.MaxValue));
        Assert.Single(_store.Readings());
    }

    /// <summary>A clock on which each step takes a millisecond, and in each pause something happens.</summary>
    private sealed class PausedTime(Action pause) : TimeProvider
    {
        private long _timestamp;

        public override long GetTimestamp() => _timestamp += TimestampFrequency / 1_000;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            pause();
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
