using TechTemp.Data.Instances;

namespace TechTemp.Rules.Tests.Contract;

/// <summary>Which process ingests into a store, and which sessions may wait for it at the broker, on every store.</summary>
[Collection(PostgresTests.Name)]
public sealed class InstanceContractTests(PostgresDatabase postgres)
{
    private const string Sqlite = nameof(Sqlite);
    private const string Postgres = nameof(Postgres);

    public static TheoryData<string> Stores => [Sqlite, Postgres];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores))]
    public async Task A_client_id_that_changes_is_remembered_until_its_session_has_ended(string provider)
    {
        await using var store = await OpenAsync(provider);
        var sessions = new BrokerSessions(store.Sql);
        var first = await sessions.BeginAsync("ingest", "", Cancel);
        Assert.Matches("^ingest-[0-9a-f]{32}$", first.Current);
        Assert.Empty(first.Former);
        var second = await sessions.BeginAsync("other", "", Cancel);
        Assert.Equal([first.Current], second.Former);
        Assert.Equal([first.Current], (await sessions.BeginAsync("other", "", Cancel)).Former);

        await sessions.ForgetAsync(first.Current, "other", Cancel);
        Assert.Empty((await sessions.BeginAsync("other", "", Cancel)).Former);
        Assert.Equal([second.Current], (await sessions.BeginAsync("ingest", "", Cancel)).Former);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task An_instance_answers_for_itself_alone_and_is_replaced_once(string provider)
    {
        await using var store = await OpenAsync(provider);
        var registry = new InstanceRegistry(store.Sql);
        Assert.Null(await registry.ReadAsync("", Cancel));
        await registry.RegisterAsync(Instance("one"), Cancel);
        Assert.Equal(1, await registry.AskAsync("one", Cancel));
        await registry.AnswerAsync("another", Cancel);
        Assert.Equal((1, 0), await QuestionsAsync());
        await registry.AnswerAsync("one", Cancel);
        Assert.Equal((1, 1), await QuestionsAsync());

        Assert.True(await registry.TryReplaceAsync("one", Instance("two"), Cancel));
        Assert.False(await registry.TryReplaceAsync("one", Instance("three"), Cancel));
        Assert.Null(await registry.AskAsync("one", Cancel));
        await registry.LeaveAsync("one", Cancel);
        var registered = await registry.ReadAsync("", Cancel);
        Assert.Equal(("two", "m", 7, store.Time.GetUtcNow(), 0, 0), (registered!.Uid, registered.Machine, registered.ProcessId, registered.Since, registered.Asked, registered.Answered));
        await registry.RegisterAsync(Instance("three"), Cancel);
        Assert.Equal("three", (await registry.ReadAsync("", Cancel))!.Uid);
        await registry.LeaveAsync("three", Cancel);
        Assert.Null(await registry.ReadAsync("", Cancel));

        IngestInstance Instance(string uid) => new() { Uid = uid, Machine = "m", ProcessId = 7, Since = store.Time.GetUtcNow() };

        async Task<(long Asked, long Answered)> QuestionsAsync() => await registry.ReadAsync("", Cancel) is { } current ? (current.Asked, current.Answered) : default;
    }

    private async Task<WrittenStore> OpenAsync(string provider) => provider == Sqlite ? new SqliteWrittenStore() : await PostgresWrittenStore.OpenAsync(postgres);
}
