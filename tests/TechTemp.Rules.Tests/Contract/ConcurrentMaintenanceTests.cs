using TechTemp.Data.Maintenance;
using TechTemp.Data.Readings;
using TechTemp.Readings.Pages;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Contract;

/// <summary>On a server writers and maintenance work at the same time, on different connections.</summary>
[Collection(PostgresTests.Name)]
public sealed class ConcurrentMaintenanceTests(PostgresDatabase database)
{
    private const int Batches = 300;
    private const int BatchSize = 20;
    private const long Minute = 60_000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Two writers are sent the same late readings, each in an order of its own, while their days are sealed, rebuilt and in part removed.</summary>
    [Fact]
    public async Task Writers_and_maintenance_at_once_lose_and_double_nothing()
    {
        await using var store = new MaintainedStore(await PostgresWrittenStore.OpenAsync(database));
        foreach (var device in new[] { "s1", "s2" })
        {
            await store.WriteAsync(device, store.Today);
        }

        var all = Enumerable.Range(0, Batches * BatchSize).Select(i => (Device: i % 3 == 0 ? "s2" : "s1", Ts: store.Today - ((i + 1) * Minute))).ToArray();
        var stored = new int[2];
        var writers = Enumerable.Range(0, 2).Select(writer => Task.Run(async () => stored[writer] = await WriteAsync(store.Store, all, writer), Cancel)).ToArray();
        var written = Task.WhenAll(writers);
        var steps = 0;
        var sealing = Task.Run(
            async () =>
            {
                while (!written.IsCompleted)
                {
                    await foreach (var step in store.Sealing(rowsOfAStep: 100).SealAsync(e => Assert.Fail(e.Message), Cancel))
                    {
                        steps++;
                    }
                }
            },
            Cancel);
        var rebuild = Task.Run(
            async () =>
            {
                while (!written.IsCompleted)
                {
                    await new PageRebuild(store.Store.Maintenance, store.Store.Sql, TimeProvider.System).RebuildAsync(null, 0, long.MaxValue, _ => { }, Cancel);
                }
            },
            Cancel);
        var removed = await RemoveAsync(store, written);
        await Task.WhenAll(written, sealing, rebuild);

        // Each reading is acknowledged as stored by one of the writers, or by both where it was removed in between.
        foreach (var device in new[] { "s1", "s2" })
        {
            store.Take(device, all.Where(key => key.Device == device).Select(key => key.Ts));
        }

        Assert.Equal(all.Length, stored.Sum() - removed);
        Assert.True(steps > Batches / 10, $"{steps} steps of sealing");
        await store.AssertRightAsync();
        await store.SealAsync();
        await store.AssertRightAsync();
        Assert.Single(await store.Store.RowsAsync("s1"));
        Assert.Single(await store.Store.RowsAsync("s2"));
    }

    [Fact]
    public async Task A_batch_waits_for_the_step_that_has_its_device_and_one_of_another_device_does_not()
    {
        await using var store = new MaintainedStore(await PostgresWrittenStore.OpenAsync(database));
        await store.WriteAsync("s1", store.Today);
        await store.WriteAsync("s2", store.Today);
        using var session = store.Store.Maintenance.Open();
        Task waiting;
        await using (var transaction = await session.WriteAsync(1, Cancel))
        {
            waiting = store.WriteAsync("s1", store.Today + 1);
            var other = await store.Store.NewWriter().WriteAsync([Reading(store.Today + 1, MaintainedStore.Values(store.Today + 1), "s2", receivedAt: store.Store.Now)], Cancel);
            Assert.Equal(OutcomeKind.Stored, other.Outcomes.Single().Kind);
            Assert.False(waiting.IsCompleted);
            Assert.Null(await transaction.NextRowAsync(store.Today + 1, long.MaxValue, 0, Cancel));
            await transaction.CommitAsync();
        }

        await waiting;
        store.Take("s2", [store.Today + 1]);
        await store.AssertRightAsync();
    }

    // An interval of s1 again and again until all is written, and what was removed is written again after that.
    private static async Task<int> RemoveAsync(MaintainedStore store, Task written)
    {
        var removal = new ReadingRemoval(store.Store.Maintenance, store.Store.Sql, TimeProvider.System) { RowsOfAStep = 30 };
        var removed = 0;
        var (from, to) = (store.Today - (30 * 60 * Minute), store.Today - (20 * 60 * Minute));
        do
        {
            removed += (await removal.RemoveAsync("s1", from, to))!.Value.Deleted;
        }
        while (!written.IsCompleted);

        var all = Enumerable.Range(0, Batches * BatchSize).Where(i => i % 3 != 0).Select(i => store.Today - ((i + 1) * Minute)).Where(ts => ts >= from && ts <= to).ToArray();
        var again = 0;
        foreach (var batch in all.Chunk(50))
        {
            var outcomes = (await store.Store.WriteAsync([.. batch.Select(ts => Reading(ts, MaintainedStore.Values(ts), receivedAt: store.Store.Now))])).Outcomes;
            again += outcomes.Count(outcome => outcome.Kind == OutcomeKind.Stored);
        }

        return removed - again;
    }

    private static async Task<int> WriteAsync(WrittenStore store, (string Device, long Ts)[] all, int seed)
    {
        var writer = store.NewWriter();
        var order = all.ToArray();
        new Random(seed).Shuffle(order);
        var stored = 0;
        foreach (var batch in order.Chunk(BatchSize))
        {
            var outcomes = (await writer.WriteAsync([.. batch.Select(r => Reading(r.Ts, MaintainedStore.Values(r.Ts), r.Device, receivedAt: store.Now))], Cancel)).Outcomes;
            Assert.DoesNotContain(outcomes, outcome => outcome.Kind == OutcomeKind.Rejected);
            stored += outcomes.Count(outcome => outcome.Kind == OutcomeKind.Stored);
        }

        return stored;
    }
}
