using Microsoft.EntityFrameworkCore;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Registries;
using TechTemp.Data.Work;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Contract;

/// <summary>Work in steps whose process has ended is finished by another one, on every store.</summary>
[Collection(PostgresTests.Name)]
public sealed class WorkContractTests(PostgresDatabase postgres)
{
    private const string Sqlite = nameof(Sqlite);
    private const string Postgres = nameof(Postgres);
    private const int Count = 100;

    public static TheoryData<string> Stores => [Sqlite, Postgres];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores))]
    public async Task A_removal_whose_process_was_killed_is_finished_by_another_one(string provider)
    {
        await using var store = await FilledAsync(provider);
        var (id, now) = (await IdAsync(store), store.Now);
        // As after kill -9 between two steps: the claim stands, and part of the readings is gone.
        var work = new WorkRegistry(store.Sql);
        await work.BeginAsync(id, WorkKind.Removal, 0, now - 10);
        await store.ExecuteAsync($"DELETE FROM readings WHERE ts > {now - 30} AND ts <= {now - 10};");
        Assert.Empty(await work.SilentAsync(Cancel));

        await SilenceAsync(store);
        await FinishAsync(store);

        Assert.Equal(Enumerable.Range(0, 10).Select(i => now - 9 + i), (await store.RowsAsync()).Select(r => r.Ts));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task A_deletion_whose_process_was_killed_is_finished_by_another_one(string provider)
    {
        await using var store = await FilledAsync(provider);
        await store.SealAsync("s1");
        await store.WriteAsync(Reading(store.Now + 1));
        await new WorkRegistry(store.Sql).BeginAsync(await IdAsync(store), WorkKind.Deletion);

        await SilenceAsync(store);
        await FinishAsync(store);

        Assert.Equal(0, await store.WithAsync(c => c.Devices.CountAsync(Cancel)));
        Assert.Equal([0L], await store.Sql.QueryAsync("SELECT count(*) FROM pages;", row => row.GetInt64(0), Cancel));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task A_device_goes_with_all_that_came_after_the_last_step_of_its_deletion(string provider)
    {
        await using var store = await FilledAsync(provider);
        await store.SealAsync("s1");
        await store.WriteAsync(Reading(store.Now + 1), Reading(store.Now, device: "s2"));

        await using (var transaction = await store.Sql.BeginAsync(Cancel))
        {
            await DeviceDeletion.ExecuteAsync(transaction, await store.WithAsync(c => c.Devices.Where(d => d.Uid == "s1").Select(d => d.Id).SingleAsync(Cancel)), Cancel);
            await transaction.CommitAsync();
        }

        Assert.Equal([1L], await store.Sql.QueryAsync("SELECT count(*) FROM readings;", row => row.GetInt64(0), Cancel));
        Assert.Equal([0L], await store.Sql.QueryAsync("SELECT count(*) FROM pages;", row => row.GetInt64(0), Cancel));
        Assert.Single(await store.RowsAsync("s2"));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task A_process_that_was_slow_commits_no_step_after_another_one_has_taken_over(string provider)
    {
        await using var store = await FilledAsync(provider);
        var work = new WorkRegistry(store.Sql);
        WorkClaim? next = null;
        var isFirst = true;
        // The slow process is in its first pause when the other one finishes, and somebody stores a reading of that interval.
        var slow = new ReadingRemoval(store.Maintenance, store.Sql, new PausedTime(store.Time, () =>
        {
            if (isFirst)
            {
                isFirst = false;
                TakeOverAsync().GetAwaiter().GetResult();
            }
        }))
        { RowsOfAStep = 10 };

        await slow.RemoveAsync("s1", 0, store.Now);

        Assert.NotNull(next);
        Assert.Equal([store.Now - 5], (await store.RowsAsync()).Select(r => r.Ts));

        async Task TakeOverAsync()
        {
            await SilenceAsync(store);
            next = await work.TakeOverAsync(Assert.Single(await work.SilentAsync(Cancel)));
            await new ReadingRemoval(store.Maintenance, store.Sql, store.Time) { RowsOfAStep = 10_000 }.FinishAsync(next!, Cancel);
            await store.WriteAsync(Reading(store.Now - 5));
        }
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Of_several_processes_one_takes_the_work_over_and_the_one_that_has_it_ends_it(string provider)
    {
        await using var store = await FilledAsync(provider);
        var work = new WorkRegistry(store.Sql);
        var first = (await work.BeginAsync(await IdAsync(store), WorkKind.Replay))!;
        await SilenceAsync(store);
        var silent = Assert.Single(await work.SilentAsync(Cancel));
        var taken = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () => await work.TakeOverAsync(silent), Cancel)));
        var claim = Assert.Single(taken, t => t is not null)!;
        await Assert.ThrowsAsync<WorkTakenOverException>(async () => await work.RenewAsync(first));
        await Assert.ThrowsAsync<WorkTakenOverException>(async () => await work.EndAsync(first));
        await work.RenewAsync(claim);
        Assert.True(await work.IsPendingAsync(first));
        await work.EndAsync(claim);
        Assert.False(await work.IsPendingAsync(first));
        Assert.Null(await work.BeginAsync(77, WorkKind.Deletion));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task A_reading_that_ingest_holds_while_its_device_is_provisioned_is_stored_some_seconds_later(string provider)
    {
        await using var store = await OpenAsync(provider);
        store.Ingest.UnknownDevices = Data.Readings.UnknownDevices.Hold;
        await store.WriteAsync(Reading(store.Now, device: "s2"));
        var work = new WorkRegistry(store.Sql);
        await store.WithAsync(context => new DeviceRegistry(
            context, new(context, store.Time), new(context, store.Replay, store.Time), work, new(store.Maintenance, store.Sql, store.Time), store.Time)
            .ProvisionAsync(new("s1", "Salon", null, null, null, "h1"), Cancel));
        // As a worker commits it that has looked for the device before.
        await store.ExecuteAsync("UPDATE rejected_messages SET device_uid = 's1', topic = 'home/h1/sensors/s1/reading';");
        Assert.Empty(await store.RowsAsync());

        await SilenceAsync(store);
        await FinishAsync(store);

        Assert.Single(await store.RowsAsync());
    }

    private static Task<int> IdAsync(WrittenStore store) => store.WithAsync(c => c.Devices.Select(d => d.Id).SingleAsync(Cancel));

    // Time has passed by the store's clock.
    private static Task SilenceAsync(WrittenStore store) => store.ExecuteAsync("UPDATE device_work SET seen_at = seen_at - 4100;");

    private static async Task FinishAsync(WrittenStore store)
    {
        using var service = store.NewUnfinishedWork();
        store.State.SetReady();
        await service.StartAsync(Cancel);
        await Eventually.True(
            () => store.Sql.QueryAsync("SELECT count(*) FROM device_work;", row => row.GetInt64(0), Cancel).AsTask().GetAwaiter().GetResult()[0] == 0,
            () => store.Time.Advance(TimeSpan.FromMilliseconds(200)));
        await service.StopAsync(Cancel);
    }

    private async Task<WrittenStore> FilledAsync(string provider)
    {
        var store = await OpenAsync(provider);
        await store.WriteAsync([.. Enumerable.Range(0, Count).Select(i => Reading(store.Now - i))]);
        return store;
    }

    private async Task<WrittenStore> OpenAsync(string provider) => provider == Sqlite ? new SqliteWrittenStore() : await PostgresWrittenStore.OpenAsync(postgres);
}
