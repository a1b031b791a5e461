using Microsoft.EntityFrameworkCore;
using Npgsql;
using TechTemp.Data.Postgres.Connections;
using TechTemp.Data.Readings;
using TechTemp.Data.Store;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Contract;

/// <summary>What only a store on a server can suffer.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresStoreTests(PostgresDatabase database)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_migrations_are_those_of_the_model_and_may_run_at_once()
    {
        await using var store = await PostgresWrittenStore.OpenAsync(database);
        Assert.False(await store.WithAsync(c => Task.FromResult(c.Database.HasPendingModelChanges())));
        await store.ExecuteAsync("CREATE SCHEMA other;");
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString) { SearchPath = "other" }.ToString();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => PostgresDatabase.MigrateAsync(settings)));
        await store.ExecuteAsync("SELECT uid FROM other.store_identity; DROP SCHEMA other CASCADE;");
    }

    [Fact]
    public async Task A_commit_waits_for_the_disk_whatever_the_server_has_as_its_default()
    {
        await using var store = await PostgresWrittenStore.OpenAsync(database);
        await store.ExecuteAsync("ALTER DATABASE postgres SET synchronous_commit = off;");
        await using var connections = new PostgresConnections(database.ConnectionString);
        await using var show = connections.DataSource.CreateCommand("SHOW synchronous_commit;");
        Assert.Equal("on", await show.ExecuteScalarAsync(Cancel));
        await store.ExecuteAsync("ALTER DATABASE postgres RESET synchronous_commit;");
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_a_failure_that_passes()
    {
        await using var store = await PostgresWrittenStore.OpenAsync(database);
        await store.WriteAsync(Reading(store.Now));
        await store.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend';");
        Assert.True((await Assert.ThrowsAnyAsync<StoreException>(() => store.WriteAsync(Reading(store.Now + 1)))).IsTransient);
        Assert.NotNull(store.State.WriteFailure);
        Assert.Equal(OutcomeKind.Stored, (await store.WriteAsync(Reading(store.Now + 1))).Outcomes.Single().Kind);
        Assert.Null(store.State.WriteFailure);
    }

    [Fact]
    public async Task A_write_that_is_cancelled_while_another_one_has_its_device_commits_nothing()
    {
        await using var store = await PostgresWrittenStore.OpenAsync(database);
        await store.WriteAsync(Reading(store.Now));
        await using (var connection = await store.Connections.DataSource.OpenConnectionAsync(Cancel))
        await using (var transaction = await connection.BeginTransactionAsync(Cancel))
        {
            await using var command = new NpgsqlCommand("SELECT id FROM devices FOR UPDATE;", connection, transaction);
            await command.ExecuteNonQueryAsync(Cancel);
            using var gone = new CancellationTokenSource();
            var waiting = store.Writer.WriteAsync([Reading(store.Now + 1)], gone.Token);
            await TechTemp.Testing.Eventually.TrueAsync(
                async () =>
                {
                    await using var asked = store.Connections.DataSource.CreateCommand("SELECT count(*) FROM pg_locks WHERE NOT granted;");
                    return (long)(await asked.ExecuteScalarAsync(Cancel))! > 0;
                },
                "the write waits for the lock");
            await gone.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        Assert.Null(store.State.WriteFailure);
        Assert.Single(await store.RowsAsync());
        Assert.Equal(OutcomeKind.Stored, (await store.WriteAsync(Reading(store.Now + 1))).Outcomes.Single().Kind);
    }
}
