using Microsoft.Extensions.Time.Testing;
using TechTemp.Api.Readings;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Sqlite.Import;
using TechTemp.Data.Store;
using TechTemp.Rules.Tests.Import;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Store;

/// <summary>Work in many transactions lets others write. The clock stands still, so a pause ends when the test says so.</summary>
public sealed class BulkPaceTests
{
    private static readonly TimeSpan s_batch = BulkPace.Window / 3;
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 27)]
    public async Task It_pauses_after_as_many_batches_as_fit(bool othersWrite, int batches)
    {
        var pace = new BulkPace(_time);
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < batches; i++)
            {
                Assert.True(await NextAtOnceAsync(pace));
                Work(pace, s_batch, othersWrite);
            }

            await PausesForAsync(pace, BulkPace.Window);
            // Begun by the pause's end.
            Work(pace, TimeSpan.Zero, othersWrote: false);
        }
    }

    [Fact]
    public async Task A_batch_that_takes_long_is_followed_by_a_pause_as_long()
    {
        var pace = new BulkPace(_time);
        await pace.NextAsync(TestContext.Current.CancellationToken);
        Work(pace, BulkPace.Window * 2, othersWrote: true);
        await PausesForAsync(pace, BulkPace.Window * 2);
        Work(pace, TimeSpan.FromMinutes(1), othersWrote: true);
        await PausesForAsync(pace, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task An_import_lets_others_write()
    {
        using var store = new TestStore();
        using var old = OldServer.Later();
        old.Execute(
            """
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 29999)
            INSERT INTO readings_raw (device_id, ts, temperature, humidity) SELECT 1, 1757000000000 + i * 1000, 20, 50 FROM n;
            """);
        await LetsOthersWriteAsync(store, () => store.Get<OldServerImport>().ImportAsync(old.Path, _ => { }, TestContext.Current.CancellationToken));
        Assert.Equal(30_000, store.Read(c => c.Readings.Count()));
    }

    [Fact]
    public async Task A_large_post_lets_others_write()
    {
        using var store = new TestStore();
        var rows = Enumerable.Range(0, 30_000).Select(i => Reading(store.Now - i * 1_000L));
        await LetsOthersWriteAsync(
            store, () => PostedReadings.WriteAsync(rows.ToAsyncEnumerable(), store.Writer, store.Time, TestContext.Current.CancellationToken));
        Assert.Equal(30_000, store.Read(c => c.Readings.Count()));
    }

    [Fact]
    public async Task A_rebuild_lets_others_write()
    {
        using var store = new TestStore();
        const long Day = 86_400_000;
        store.Write([.. Enumerable.Range(0, 100).Select(i => Reading(store.Now - i * Day))]);
        Assert.Equal(99, store.Seal());
        await LetsOthersWriteAsync(
            store, () => store.Get<PageRebuild>().RebuildAsync(null, 0, long.MaxValue, _ => { }, TestContext.Current.CancellationToken));
    }

    // Whoever is called runs until its first pause. Each look at the clock takes a while, so that a batch takes some.
    private static async Task LetsOthersWriteAsync(TestStore store, Func<Task> begin)
    {
        store.Time.AutoAdvanceAmount = s_batch;
        var work = begin();
        Assert.False(work.IsCompleted);
        store.Time.AutoAdvanceAmount = TimeSpan.Zero;
        // Does not wait: the lock is free.
        store.Execute("PRAGMA busy_timeout = 0; INSERT INTO rooms (uid, name, created_at) VALUES ('salon-2', 'Salon', 0);");
        await Eventually.True(() => work.IsCompleted, () => store.Time.Advance(BulkPace.Window));
        await work;
    }

    private void Work(BulkPace pace, TimeSpan duration, bool othersWrote)
    {
        _time.Advance(duration);
        pace.Done(othersWrote);
    }

    private static async Task<bool> NextAtOnceAsync(BulkPace pace)
    {
        var next = pace.NextAsync(TestContext.Current.CancellationToken);
        var atOnce = next.IsCompleted;
        if (atOnce)
        {
            await next;
        }

        return atOnce;
    }

    private async Task PausesForAsync(BulkPace pace, TimeSpan pause)
    {
        var next = pace.NextAsync(TestContext.Current.CancellationToken).AsTask();
        _time.Advance(pause - TimeSpan.FromMilliseconds(1));
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await next;
    }
}
