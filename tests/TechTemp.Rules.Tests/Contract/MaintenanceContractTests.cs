using TechTemp.Data.Maintenance;
using TechTemp.Data.Readings;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Rules;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Contract;

/// <summary>What sealing, removal, retention and verification do on every store.</summary>
[Collection(PostgresTests.Name)]
public sealed class MaintenanceContractTests(PostgresDatabase postgres)
{
    private const string Sqlite = nameof(Sqlite);
    private const string Postgres = nameof(Postgres);
    private const long Minute = 60_000;
    private const long Day = PageKey.Day;

    public static TheoryData<string> Stores => [Sqlite, Postgres];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores))]
    public async Task Finished_days_become_pages_and_every_answer_stays_the_same(string provider)
    {
        await using var store = await OpenAsync(provider);
        await FillAsync(store, days: 4);
        await store.AssertRightAsync();
        Assert.Equal((8, 0, store.Today - (4 * Day)), await ProgressAsync(store));

        // Two devices of four days, and the newest day is left.
        Assert.Equal(2 * 4 * 288, await store.SealAsync());
        Assert.Equal(0, await store.SealAsync());
        Assert.Equal(Enumerable.Range(-4, 4).Select(day => (store.Today + (day * Day), 24L)), await store.PagesAsync());
        Assert.Equal([store.Today], (await store.Store.RowsAsync("s1")).Select(row => row.Ts));
        await store.AssertRightAsync();
        Assert.Equal((8, 8, null), await ProgressAsync(store));
        Assert.Equal([("s1", 1, 4 * 288, 4), ("s2", 1, 4 * 288, 4)], (await store.VerifyAsync()).Select(found => (found.DeviceUid, found.Rows, found.Sealed, found.Pages)));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Late_readings_are_merged_by_sealing_again(string provider)
    {
        await using var store = await OpenAsync(provider);
        await FillAsync(store, days: 2);
        await store.SealAsync();
        // Between two readings, before the first one of a page and after its last one, and one that is there already.
        var yesterday = store.Today - Day;
        long[] late = [yesterday + Minute, yesterday - Minute, yesterday + (7 * Minute) + 1, yesterday + (5 * Minute), yesterday + Day - 1];
        await store.WriteAsync("s1", late);
        await store.AssertRightAsync();
        Assert.Equal((4, 2, yesterday - Day), await ProgressAsync(store));
        Assert.Equal(2 * 288 + 4, await store.SealAsync());
        await store.AssertRightAsync();
        Assert.Single(await store.Store.RowsAsync());
        await store.WriteAsync("s1", late);
        var conflict = (await store.Store.WriteAsync(Reading(yesterday + Minute, 77.5, receivedAt: store.Store.Now))).Outcomes.Single();
        Assert.Equal(RejectionReasons.Conflict, conflict.Rejection?.Reason);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task The_finished_hours_of_a_dense_day_become_pages_before_it_ends(string provider)
    {
        await using var store = await OpenAsync(provider);
        await store.WriteAsync("s1", [.. Enumerable.Range(0, 12 * 720).Select(i => store.Today + (i * 5_000L)), store.Store.Now]);
        Assert.Equal(10 * 720, await store.SealAsync(rowsOfAStep: 1_000));
        Assert.Equal(Enumerable.Range(0, 10).Select(hour => (store.Today + (hour * PageKey.Hour), 1L)), await store.PagesAsync());
        Assert.Equal(store.Today + (10 * PageKey.Hour), (await store.Store.RowsAsync())[0].Ts);
        await store.AssertRightAsync();
    }

    /// <summary>Whoever enumerates no further is like a process that was killed.</summary>
    [Theory, MemberData(nameof(Stores))]
    public async Task After_each_step_of_sealing_every_reading_is_there_once(string provider)
    {
        await using var store = await OpenAsync(provider);
        await FillAsync(store, days: 1);
        var kills = 0;
        for (var goesOn = true; goesOn;)
        {
            goesOn = false;
            await foreach (var step in store.Sealing(rowsOfAStep: 60).SealAsync(e => Assert.Fail(e.Message), Cancel))
            {
                goesOn = ++kills > 0;
                break;
            }

            // Late ones change what the next step finds.
            await store.WriteAsync("s1", kills < 3 ? [store.Today - (kills * 31 * Minute) - 1] : []);
            await store.AssertRightAsync();
        }

        Assert.InRange(kills, 8, 40);
        Assert.Single(await store.Store.RowsAsync());
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task An_interval_is_removed_while_the_writer_writes(string provider)
    {
        await using var store = await OpenAsync(provider);
        await FillAsync(store, days: 3);
        await store.SealAsync();
        // Rows and pages, of whole days and of parts.
        await store.WriteAsync("s1", [.. Enumerable.Range(0, 200).Select(i => store.Today - (2 * Day) + (i * 11 * Minute) + 1)]);
        var (from, to) = (store.Today - (2 * Day) - (3 * 60 * Minute), store.Today - (2 * 60 * Minute));
        var written = new List<long>();
        var removal = new ReadingRemoval(store.Store.Maintenance, store.Store.Sql, TimeProvider.System) { RowsOfAStep = 20 }.RemoveAsync("s1", from, to);
        for (var i = 0; i < 20 || !removal.IsCompleted; i++)
        {
            // Beside the interval, on days that it is a part of.
            long[] times = [to + 1 + i, from - 1 - i, store.Today + 1 + i];
            Assert.All(
                (await store.Store.WriteAsync([.. times.Select(ts => Reading(ts, MaintainedStore.Values(ts), receivedAt: store.Store.Now))])).Outcomes,
                outcome => Assert.Equal(OutcomeKind.Stored, outcome.Kind));
            written.AddRange(times);
            // As sensors do. SQLite's lock has no queue: whoever writes back to back keeps the others waiting.
            await Task.Delay(10, Cancel);
        }

        Assert.Equal(new Removal(store.Forget("s1", from, to)), await removal);
        store.Take("s1", written);
        await store.AssertRightAsync();
        await store.SealAsync();
        await store.AssertRightAsync();
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Where_the_newest_readings_are_removed_the_one_before_is_a_row(string provider)
    {
        await using var store = await OpenAsync(provider);
        await FillAsync(store, days: 2);
        await store.SealAsync();
        var removal = await new ReadingRemoval(store.Store.Maintenance, store.Store.Sql, TimeProvider.System).RemoveAsync("s1", store.Today - (Day / 2), long.MaxValue);
        Assert.Equal(new Removal(store.Forget("s1", store.Today - (Day / 2), long.MaxValue)), removal);
        Assert.Single(await store.Store.RowsAsync());
        await store.AssertRightAsync();
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task The_readings_of_a_device_go_and_those_of_others_stay(string provider)
    {
        await using var store = await OpenAsync(provider);
        await FillAsync(store, days: 3);
        await store.SealAsync();
        await store.WriteAsync("s1", [.. Enumerable.Range(0, 300).Select(i => store.Today + (i * Minute) + 1)]);
        await new ReadingRemoval(store.Store.Maintenance, store.Store.Sql, TimeProvider.System) { RowsOfAStep = 100 }.RemoveDeviceAsync(1);
        Assert.Empty(await store.PagesAsync());
        Assert.Empty(await store.Store.RowsAsync());
        store.Forget("s1", 0, long.MaxValue);
        await store.AssertRightAsync();
        Assert.Equal(3, (await store.PagesAsync(2)).Count);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Retention_drops_whole_days_and_their_late_readings_are_refused(string provider)
    {
        await using var store = await OpenAsync(provider);
        store.Store.Retention.Readings = TimeSpan.FromDays(2);
        // Eight days ago: of days that are sealed, and of one that is not.
        await FillAsync(store, days: 8);
        await store.SealAsync();
        await store.WriteAsync("s1", [.. Enumerable.Range(0, 1_100).Select(i => store.Today - (6 * Day) + (i * Minute) + 1)]);
        var cut = store.Today - (2 * Day);

        var steps = await store.DropAsync();
        Assert.Equal(store.Forget("s1", 0, cut - 1) + store.Forget("s2", 0, cut - 1), steps.Sum());
        Assert.Contains(1_000, steps);
        await store.AssertRightAsync();
        Assert.DoesNotContain(await store.DropAsync(), step => step > 0);

        var outcomes = (await store.Store.WriteAsync(Reading(cut - 1, receivedAt: store.Store.Now), Reading(cut + 1, MaintainedStore.Values(cut + 1), receivedAt: store.Store.Now))).Outcomes;
        Assert.Equal([RejectionReasons.TooOld, null], outcomes.Select(outcome => outcome.Rejection?.Reason));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(cut), (await new ReadingRemoval(store.Store.Maintenance, store.Store.Sql, TimeProvider.System).RemoveAsync("s1", 0, long.MaxValue))?.KeptFrom);

        // A mark of a clock that was ahead is taken back.
        await store.Store.ExecuteAsync($"UPDATE devices SET raw_from = {store.Store.Now + (100 * Day)};");
        await store.DropAsync();
        await store.WriteAsync("s1", store.Store.Now + 1);
        store.Take("s1", [cut + 1]);
        await store.AssertRightAsync();
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Pages_that_are_damaged_are_named_and_those_with_a_wrong_head_are_written_again(string provider)
    {
        await using var store = await OpenAsync(provider);
        await FillAsync(store, days: 3);
        await store.SealAsync();
        // The page of another day in its place has readings of another time.
        var (first, second) = (new PageKey(1, store.Today - Day, Day).Id, new PageKey(2, store.Today - Day, Day).Id);
        await store.Store.ExecuteAsync($"UPDATE pages SET head = (SELECT head FROM pages WHERE id = {second}) WHERE id = {first};");
        Assert.Equal([1, 0], (await store.VerifyAsync()).Select(found => found.Wrong.Count));
        await store.WriteAsync("s2", store.Today - Day + 1);
        await store.Store.ExecuteAsync($"INSERT INTO readings (device_id, ts, temperature, source) VALUES (1, {store.Today - Day + 1}, 1, 0);");
        var damaged = new List<PageDamagedException>();
        await foreach (var _ in store.Sealing().SealAsync(damaged.Add, Cancel))
        {
        }

        Assert.Single(damaged);
        Assert.Equal([new("s1", store.Today - Day)], (await store.ProgressAsync()).Damaged);
        var rebuild = new PageRebuild(store.Store.Maintenance, store.Store.Sql, TimeProvider.System);
        await Assert.ThrowsAsync<PageDamagedException>(() => rebuild.RebuildAsync("s1", 0, long.MaxValue, _ => { }, Cancel));
        // All of the day goes, a part of it cannot.
        var removal = new ReadingRemoval(store.Store.Maintenance, store.Store.Sql, TimeProvider.System);
        await Assert.ThrowsAsync<PageDamagedException>(() => removal.RemoveAsync("s1", store.Today - Day, store.Today - 2));
        await removal.RemoveAsync("s1", store.Today - Day, store.Today - 1);
        store.Forget("s1", store.Today - Day, store.Today - 1);
        await store.AssertRightAsync();
        Assert.Equal(new RebuildProgress(2, 2, (2 * 288) + (3 * 288) + 1), await rebuild.RebuildAsync(null, 0, long.MaxValue, _ => { }, Cancel));
        Assert.Null(await rebuild.RebuildAsync("nobody", 0, long.MaxValue, _ => { }, Cancel));
        await store.AssertRightAsync();
    }

    // Each device measures every five minutes of some days, and once today.
    private static async Task FillAsync(MaintainedStore store, int days)
    {
        foreach (var device in new[] { "s1", "s2" })
        {
            await store.WriteAsync(device, [.. Enumerable.Range(0, days * 288).Select(i => store.Today - (days * Day) + (i * 5 * Minute)), store.Today]);
        }
    }

    private static async Task<(long Finished, long Sealed, long? Oldest)> ProgressAsync(MaintainedStore store)
    {
        var progress = await store.ProgressAsync();
        Assert.Empty(progress.Damaged);
        return (progress.FinishedDays, progress.SealedDays, progress.OldestUnsealed);
    }

    private async Task<MaintainedStore> OpenAsync(string provider) => new(provider == Sqlite ? new SqliteWrittenStore() : await PostgresWrittenStore.OpenAsync(postgres));
}
