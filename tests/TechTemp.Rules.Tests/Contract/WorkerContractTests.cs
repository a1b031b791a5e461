using TechTemp.Data.Instances;
using TechTemp.Data.Workers;

namespace TechTemp.Rules.Tests.Contract;

/// <summary>How several workers divide homes through the store, on every store.</summary>
[Collection(PostgresTests.Name)]
public sealed class WorkerContractTests(PostgresDatabase postgres)
{
    private const string Sqlite = nameof(Sqlite);
    private const string Postgres = nameof(Postgres);

    public static TheoryData<string> Stores => [Sqlite, Postgres];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores))]
    public async Task A_worker_stays_registered_and_may_not_come_back_while_it_is_retired(string provider)
    {
        await using var store = await OpenAsync(provider);
        var registry = new WorkerRegistry(store.Sql);
        Assert.Null(await registry.SeenAsync("w0", Cancel));
        Assert.True(await registry.JoinAsync("w0", [], Cancel));
        Assert.True(await registry.JoinAsync("w1", ["h1", "h2"], Cancel));
        Assert.False(await registry.SeenAsync("w0", Cancel));
        var workers = await registry.ListAsync(Cancel);
        Assert.Equal(["w0", "w1"], workers.Select(w => w.Worker));
        Assert.Null(workers[0].Homes);
        Assert.Equal(["h1", "h2"], workers[1].Homes!);
        Assert.All(workers, w => Assert.False(w.IsMissing || w.IsRetired));

        Assert.False(await registry.RetireAsync("w2", Cancel));
        Assert.True(await registry.RetireAsync("w1", Cancel));
        Assert.True(await registry.SeenAsync("w1", Cancel));
        Assert.True(await registry.IsRetiredAsync("w1", Cancel));
        Assert.False(await registry.JoinAsync("w1", [], Cancel));
        await registry.RemoveAsync("w1", Cancel);
        Assert.True(await registry.JoinAsync("w1", [], Cancel));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task A_worker_that_is_silent_is_missing_by_the_store_s_clock(string provider)
    {
        await using var store = await OpenAsync(provider);
        var registry = new WorkerRegistry(store.Sql);
        await registry.JoinAsync("w0", [], Cancel);
        await store.ExecuteAsync("UPDATE ingest_workers SET seen_at = seen_at - 60000;");
        var missing = Assert.Single(await registry.ListAsync(Cancel));
        Assert.True(missing.IsMissing);
        Assert.InRange(missing.Silent, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(90));
        await registry.SeenAsync("w0", Cancel);
        Assert.False(Assert.Single(await registry.ListAsync(Cancel)).IsMissing);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Of_several_that_want_to_be_the_first_worker_one_is(string provider)
    {
        await using var store = await OpenAsync(provider);
        var handover = new HomeHandover(store.Sql);
        string[] names = ["w0", "w1", "w2", "w3"];
        var won = await Task.WhenAll(names.Select(name => Task.Run(() => handover.TryBecomeFirstAsync(name, null, Cancel).AsTask(), Cancel)));
        var first = names[Assert.Single(won.Index(), w => w.Item).Index];
        Assert.Equal(first, (await new WorkerRegistry(store.Sql).ReadAsync(Cancel)).First);
        Assert.False(await handover.TryBecomeFirstAsync("w9", null, Cancel));
        Assert.True(await handover.TryBecomeFirstAsync("w9", first, Cancel));
        Assert.Null(await handover.BeginConnectionAsync(first, Cancel));
        Assert.Equal(3, await handover.BeginConnectionAsync("w9", Cancel));
        Assert.Equal(1u, await handover.NextSubscriptionAsync(Cancel));
        Assert.Equal(2u, await handover.NextSubscriptionAsync(Cancel));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task A_home_passes_from_one_worker_to_another_step_by_step(string provider)
    {
        await using var store = await OpenAsync(provider);
        var (registry, handover) = (new WorkerRegistry(store.Sql), new HomeHandover(store.Sql));
        await registry.JoinAsync("w1", [], Cancel);
        await registry.JoinAsync("w2", [], Cancel);
        await handover.AssignAsync("h1", "w1", Cancel);
        await handover.AssignAsync("h1", "w1", Cancel);
        await handover.AssignAsync("h1", "nobody", Cancel);
        Assert.Equal([new("h1", "w1", 0, 0, false)], await HomesAsync());

        await handover.ConfirmAsync("w1", ["h1", "h2"], 3, Cancel);
        await handover.ConfirmAsync("w1", ["h1"], 3, Cancel);
        Assert.Equal([new("h1", "w1", 3, 1, false)], await HomesAsync());
        // A late confirmation of a replaced process is not the same change as one of its successor.
        await handover.WithdrawAsync("w1", Cancel);
        await handover.ConfirmAsync("w1", ["h1"], 3, Cancel);
        Assert.Equal([new("h1", "w1", 3, 3, false)], await HomesAsync());

        await handover.RemoveAsync("h1", "w1", Cancel);
        await handover.ReleaseAsync("h1", "w1", Cancel);
        await handover.AssignAsync("h1", "w2", Cancel);
        Assert.Equal([new("h1", "w1", 0, 4, true), new("h1", "w2", 0, 0, false)], await HomesAsync());
        await handover.RemoveAsync("h1", "w1", Cancel);
        Assert.Equal([new("h1", "w2", 0, 0, false)], await HomesAsync());

        await registry.RetireAsync("w2", Cancel);
        await handover.AssignAsync("h2", "w2", Cancel);
        Assert.Equal("h1", Assert.Single(await HomesAsync()).Home);
        await handover.TryBecomeFirstAsync("w2", null, Cancel);
        await registry.RemoveAsync("w2", Cancel);
        var rest = await registry.ReadAsync(Cancel);
        Assert.Empty(rest.Homes);
        Assert.Null(rest.First);

        async Task<IReadOnlyList<AssignedHome>> HomesAsync() => (await registry.ReadAsync(Cancel)).Homes;
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Each_worker_has_its_own_process_and_its_own_sessions(string provider)
    {
        await using var store = await OpenAsync(provider);
        var (instances, sessions) = (new InstanceRegistry(store.Sql), new BrokerSessions(store.Sql));
        string[] names = ["", "w0", "w1"];
        await Task.WhenAll(names.Select(name => Task.Run(() => instances.RegisterAsync(Instance(name, $"of {name}"), Cancel).AsTask(), Cancel)));
        await instances.RegisterAsync(Instance("w1", "newer"), Cancel);
        Assert.False(await instances.TryRegisterAsync(Instance("w1", "newest"), Cancel));
        Assert.Equal(["of ", "of w0", "newer"], [.. await Task.WhenAll(names.Select(async name => (await instances.ReadAsync(name, Cancel))!.Uid))]);

        var ids = await Task.WhenAll(names.Select(async name => (await sessions.BeginAsync("ingest", name, Cancel)).Current));
        Assert.Equal([ids[0], $"{ids[0]}-w0", $"{ids[0]}-w1"], ids);
        Assert.Equal([ids[1]], (await sessions.BeginAsync("other", "w0", Cancel)).Former);
        Assert.Empty((await sessions.BeginAsync("ingest", "w1", Cancel)).Former);

        IngestInstance Instance(string worker, string uid) => new() { Worker = worker, Uid = uid, Machine = "m", ProcessId = 7, Since = store.Time.GetUtcNow() };
    }

    private async Task<WrittenStore> OpenAsync(string provider) => provider == Sqlite ? new SqliteWrittenStore() : await PostgresWrittenStore.OpenAsync(postgres);
}
