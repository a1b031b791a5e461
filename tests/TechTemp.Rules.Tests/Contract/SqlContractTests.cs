using TechTemp.Data.Store;
using TechTemp.Readings.Rules;

namespace TechTemp.Rules.Tests.Contract;

/// <summary>What ordinary SQL does on every store.</summary>
[Collection(PostgresTests.Name)]
public sealed class SqlContractTests(PostgresDatabase postgres)
{
    private const string Sqlite = nameof(Sqlite);
    private const string Postgres = nameof(Postgres);

    private const string Insert = "INSERT INTO broker_sessions (client_id) VALUES (@id);";

    public static TheoryData<string> Stores => [Sqlite, Postgres];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores))]
    public async Task Values_come_back_as_they_were_given(string provider)
    {
        await using var store = await OpenAsync(provider);
        const string insert =
            """
            INSERT INTO rejected_messages (received_at, topic, device_uid, home, is_held, payload, digest, payload_size, reason, detail)
            VALUES (@at, @topic, @device, @home, @held, @payload, @digest, @size, @reason, @detail);
            """;
        byte[] payload = [0, 255, 1];
        Assert.Equal(1, await store.Sql.ExecuteAsync(insert, Cancel, Row(1L << 40, "s1", held: true)));
        Assert.Equal(1, await store.Sql.ExecuteAsync(insert, Cancel, Row(-1, null, held: false)));
        const string select = "SELECT received_at, device_uid, is_held, payload, payload_size FROM rejected_messages";
        Assert.Equal(
            [(1L << 40, "s1", true, 3L), (-1, null, false, 3)],
            await store.Sql.QueryAsync($"{select} ORDER BY id;", r => (r.GetInt64(0), r.TextOrNull(1), r.GetBoolean(2), r.GetInt64(4)), Cancel));
        Assert.Equal([payload], await store.Sql.QueryAsync($"{select} WHERE is_held;", r => r.GetFieldValue<byte[]>(3), Cancel));
        Assert.Equal([null], await store.Sql.QueryAsync($"{select} WHERE NOT is_held;", r => r.TextOrNull(1), Cancel));
        Assert.Equal([-1], await store.Sql.QueryAsync($"{select} WHERE is_held = @held;", r => r.LongOrNull(0), Cancel, ("held", false)));
        Assert.Equal(2, (await store.Sql.QueryAsync(Filtered(), r => r.GetInt64(0), Cancel, ("device", null))).Count);
        Assert.Single(await store.Sql.QueryAsync(Filtered(), r => r.GetInt64(0), Cancel, ("device", "s1")));

        string Filtered() => $"{select} WHERE CAST(@device AS text) IS NULL OR device_uid = @device;";

        (string, object?)[] Row(long at, string? device, bool held) =>
        [
            ("at", at), ("topic", "t"), ("device", device), ("home", device), ("held", held), ("payload", payload), ("digest", payload), ("size", 3),
            ("reason", RejectionReasons.UnknownDevice), ("detail", "ä€"),
        ];
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task A_statement_says_how_many_rows_it_changed(string provider)
    {
        await using var store = await OpenAsync(provider);
        Assert.Equal(3, await store.Sql.ExecuteAsync("INSERT INTO broker_sessions (client_id) VALUES ('a'), ('b'), (@id);", Cancel, ("id", "c")));
        Assert.Equal(0, await store.Sql.ExecuteAsync("INSERT INTO broker_sessions (client_id) VALUES ('a') ON CONFLICT DO NOTHING;", Cancel));
        Assert.Equal(["b-", "c-"], await store.Sql.QueryAsync("UPDATE broker_sessions SET client_id = client_id || '-' WHERE client_id > @id RETURNING client_id;", r => r.GetString(0), Cancel, ("id", "a")));
        Assert.Equal(2, await store.Sql.ExecuteAsync("DELETE FROM broker_sessions WHERE client_id <> @id;", Cancel, ("id", "a")));
        Assert.Equal(["a"], await IdsAsync(store));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task A_transaction_is_all_or_nothing(string provider)
    {
        await using var store = await OpenAsync(provider);
        await using (var transaction = await store.Sql.BeginAsync(Cancel))
        {
            await transaction.ExecuteAsync(Insert, Cancel, ("id", "left"));
            Assert.Single(await transaction.QueryAsync("SELECT client_id FROM broker_sessions;", r => r.GetString(0), Cancel));
            Assert.Empty(await IdsAsync(store));
        }

        Assert.Empty(await IdsAsync(store));
        await using (var transaction = await store.Sql.BeginAsync(Cancel))
        {
            await transaction.ExecuteAsync(Insert, Cancel, ("id", "kept"));
            await transaction.CommitAsync();
        }

        Assert.Equal(["kept"], await IdsAsync(store));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Only_the_store_s_own_exceptions_are_thrown(string provider)
    {
        await using var store = await OpenAsync(provider);
        await store.Sql.ExecuteAsync(Insert, Cancel, ("id", "a"));
        var twice = await Assert.ThrowsAnyAsync<StoreException>(() => store.Sql.ExecuteAsync(Insert, Cancel, ("id", "a")).AsTask());
        Assert.False(twice.IsTransient);
        Assert.True(twice.MayBeOfTheData);
        await Assert.ThrowsAnyAsync<StoreException>(() => store.Sql.QueryAsync("SELECT x FROM nowhere;", r => r.GetInt64(0), Cancel).AsTask());
        await using (var transaction = await store.Sql.BeginAsync(Cancel))
        {
            await transaction.ExecuteAsync(Insert, Cancel, ("id", "b"));
            await Assert.ThrowsAnyAsync<StoreException>(() => transaction.ExecuteAsync(Insert, Cancel, ("id", "b")).AsTask());
            await Assert.ThrowsAnyAsync<StoreException>(() => transaction.QueryAsync("SELECT x FROM nowhere;", r => r.GetInt64(0), Cancel).AsTask());
        }

        Assert.Equal(["a"], await IdsAsync(store));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task What_is_cancelled_does_nothing(string provider)
    {
        await using var store = await OpenAsync(provider);
        using var gone = new CancellationTokenSource();
        await using (var transaction = await store.Sql.BeginAsync(Cancel))
        {
            await gone.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => transaction.ExecuteAsync(Insert, gone.Token, ("id", "a")).AsTask());
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.Sql.ExecuteAsync(Insert, gone.Token, ("id", "a")).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.Sql.QueryAsync("SELECT 1;", r => r.GetInt32(0), gone.Token).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.Sql.BeginAsync(gone.Token).AsTask());
        Assert.Empty(await IdsAsync(store));
    }

    [Fact]
    public async Task A_boolean_parameter_finds_the_partial_index_of_sqlite()
    {
        await using var store = new SqliteWrittenStore();
        var plan = await store.Sql.QueryAsync(
            "EXPLAIN QUERY PLAN SELECT max(id) FROM rejected_messages WHERE device_uid = @device AND home = @home AND is_held = @held;",
            r => r.GetString(3), Cancel, ("device", "s1"), ("home", "h1"), ("held", true));
        Assert.Contains("IX_rejected_messages_held", Assert.Single(plan), StringComparison.Ordinal);
    }

    private static ValueTask<List<string>> IdsAsync(WrittenStore store) => store.Sql.QueryAsync("SELECT client_id FROM broker_sessions ORDER BY client_id;", r => r.GetString(0), Cancel);

    private async Task<WrittenStore> OpenAsync(string provider) => provider == Sqlite ? new SqliteWrittenStore() : await PostgresWrittenStore.OpenAsync(postgres);
}
