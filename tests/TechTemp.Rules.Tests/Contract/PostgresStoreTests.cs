using Microsoft.EntityFrameworkCore;
using Npgsql;
using TechTemp.Data.Postgres.Connections;
using TechTemp.Data.Postgres.Writing;
using TechTemp.Data.Readings;
using TechTemp.Data.Rejections;
using TechTemp.Data.Store;
using TechTemp.Data.Writing;
using TechTemp.Readings.Rules;
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
    public async Task A_prepared_statement_that_a_migration_has_made_wrong_fails_once()
    {
        await using var store = await PostgresWrittenStore.OpenAsync(database);
        await using var connections = new PostgresConnections($"{database.ConnectionString};Maximum Pool Size=1");
        var writer = store.NewWriter(new PostgresWriteStore(connections));
        await writer.WriteAsync([Reading(store.Now)], Cancel);
        await store.ExecuteAsync("ALTER TABLE devices ALTER COLUMN home TYPE text COLLATE \"en-x-icu\";");
        try
        {
            var failure = await Assert.ThrowsAnyAsync<StoreException>(async () => await writer.WriteAsync([Reading(store.Now + 1)], Cancel));
            Assert.True(failure.IsTransient && !failure.MayBeOfTheData);
            Assert.Equal(OutcomeKind.Stored, (await writer.WriteAsync([Reading(store.Now + 1)], Cancel)).Outcomes.Single().Kind);
        }
        finally
        {
            await store.ExecuteAsync("ALTER TABLE devices ALTER COLUMN home TYPE text COLLATE \"default\";");
            store.Connections.DataSource.Clear();
        }
    }

    [Fact]
    public async Task A_device_that_another_one_creates_while_it_is_looked_for_is_locked()
    {
        await using var store = await PostgresWrittenStore.OpenAsync(database);
        await using var connections = new PostgresConnections($"{database.ConnectionString};Maximum Pool Size=1");
        using var session = new PostgresWriteStore(connections).Open();
        // So that the statements are prepared: each waits for its own tables then.
        await using (var first = await session.BeginAsync(forReading: false, Cancel))
        {
            Assert.Empty(await first.FindDevicesAsync(["s1"], Cancel));
        }

        await using var other = await store.Connections.DataSource.OpenConnectionAsync(Cancel);
        await using var creation = await other.BeginTransactionAsync(Cancel);
        await ExecuteAsync("LOCK TABLE sequence_gaps IN ACCESS EXCLUSIVE MODE; INSERT INTO devices (uid, provisioned, created_at, measures) VALUES ('s1', false, 0, 0);");
        await using var transaction = await session.BeginAsync(forReading: false, Cancel);
        var finding = transaction.FindDevicesAsync(["s1"], Cancel).AsTask();
        await TechTemp.Testing.Eventually.TrueAsync(
            async () => (await store.Sql.QueryAsync("SELECT count(*) FROM pg_locks WHERE relation = 'sequence_gaps'::regclass AND NOT granted;", row => row.GetInt64(0), Cancel))[0] == 1,
            "the gaps are waited for");
        await creation.CommitAsync(Cancel);

        Assert.Equal("s1", Assert.Single(await finding).Uid);
        var e = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync("SELECT id FROM devices FOR NO KEY UPDATE NOWAIT;"));
        Assert.Equal(PostgresErrorCodes.LockNotAvailable, e.SqlState);

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, other);
            await command.ExecuteNonQueryAsync(Cancel);
        }
    }

    [Fact]
    public async Task A_transaction_whose_connection_is_cut_ends_without_a_failure_of_its_own()
    {
        await using var store = await PostgresWrittenStore.OpenAsync(database);
        using var session = store.Port.Open();
        var batch = await session.BeginAsync(forReading: true, Cancel);
        var ordinary = await store.Sql.BeginAsync(Cancel);
        await ordinary.QueryAsync("SELECT id FROM devices;", row => row.GetInt32(0), Cancel);
        await using (var other = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ToString()))
        {
            await other.OpenAsync(Cancel);
            await using var command = new NpgsqlCommand("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend';", other);
            await command.ExecuteNonQueryAsync(Cancel);
        }

        await batch.DisposeAsync();
        await ordinary.DisposeAsync();
        session.Release();
        Assert.Equal(OutcomeKind.Stored, (await store.WriteAsync(Reading(store.Now))).Outcomes.Single().Kind);
    }

    [Fact]
    public async Task A_commit_that_no_standby_confirms_in_time_is_a_failure()
    {
        await using var store = await PostgresWrittenStore.OpenAsync(database);
        await using var connections = new PostgresConnections($"{database.ConnectionString};Command Timeout=1");
        using var session = new PostgresWriteStore(connections).Open();
        await store.ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = 'nobody';");
        try
        {
            await store.ExecuteAsync("SELECT pg_reload_conf();");
            var device = 0;
            // The first ones may be committed before the server knows that it has to wait.
            var failure = await TechTemp.Testing.Eventually.ResultAsync(() => FailureOfAsync(session, $"s{++device}"), e => e is not null, "a commit has failed");
            Assert.True(failure!.IsTransient);
        }
        finally
        {
            await store.ExecuteAsync("ALTER SYSTEM RESET synchronous_standby_names;");
            await store.ExecuteAsync("SELECT pg_reload_conf();");
        }

        static async Task<StoreException?> FailureOfAsync(IWriteSession session, string uid)
        {
            await using var transaction = await session.BeginAsync(forReading: false, Cancel);
            await transaction.CreateDeviceAsync(uid, home: null, uid, createdAt: 0, Cancel);
            try
            {
                await transaction.CommitAsync();
                return null;
            }
            catch (StoreException e)
            {
                return e;
            }
        }
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
            await WaitsAsync(store);
            await gone.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        Assert.Null(store.State.WriteFailure);
        Assert.Single(await store.RowsAsync());
        Assert.Equal(OutcomeKind.Stored, (await store.WriteAsync(Reading(store.Now + 1))).Outcomes.Single().Kind);
    }

    [Fact]
    public async Task A_replay_waits_for_another_one_of_the_same_messages_and_tries_what_that_leaves()
    {
        await using var store = await PostgresWrittenStore.OpenAsync(database);
        store.Ingest.UnknownDevices = UnknownDevices.Hold;
        await store.WriteAsync(Reading(store.Now, 1), Reading(store.Now + 1, 2), Reading(store.Now + 2, 3));
        await store.ProvisionAsync();
        using var session = store.Port.Open();
        await using var transaction = await session.BeginAsync(forReading: false, Cancel);
        RejectedFilter held = new(RejectionReasons.UnknownDevice, "s1");
        var messages = await transaction.NextRejectedAsync(held, 0, 2, Cancel);
        var other = store.Replay.NextAsync(held, 0, Cancel);
        await WaitsAsync(store);
        await transaction.SettleRejectedAsync(
            [messages[0].Id], [messages[1] with { Reason = RejectionReasons.Conflict, Detail = "d", IsHeld = false, ReceivedAt = 7 }], Cancel);
        await transaction.CommitAsync();
        Assert.Equal(new ReplayStep(1, null) { Stored = 1 }, await other);
        Assert.Equal([new(store.Now + 2, 3, 50)], await store.RowsAsync());
        Assert.Equal(
            (2, RejectionReasons.Conflict, "d", false, 7), (await store.KeptAsync()).Select(r => (r.Id, r.Reason, r.Detail, r.IsHeld, r.ReceivedAt.ToUnixTimeMilliseconds())).Single());
    }

    [Fact]
    public async Task What_is_beyond_a_quota_and_is_being_replayed_is_left_without_waiting()
    {
        await using var store = await PostgresWrittenStore.OpenAsync(database);
        store.Ingest.UnknownDevices = UnknownDevices.Hold;
        (store.Retention.HeldPerDevice, store.Retention.RejectedRows) = (2, 1);
        await store.WriteAsync(Raw("1"), Reading(store.Now + 2), Reading(store.Now + 3));
        using (var session = store.Port.Open())
        {
            await using var transaction = await session.BeginAsync(forReading: false, Cancel);
            Assert.Equal(2, (await transaction.NextRejectedAsync(new(), 0, 2, Cancel)).Count);
            var result = await store.WriteAsync(Raw("4"), Reading(store.Now + 5), Reading(store.Now + 6));
            // Of the two oldest that are held one is being replayed; no newer one is dropped in its place.
            Assert.Equal((0, 1L), (result.DroppedRejections, result.DroppedHeld.Single().Count));
            Assert.Equal([1, 2, 4, 5, 6], (await store.KeptAsync()).Select(r => r.Id));
        }

        var next = await store.WriteAsync(Raw("7"), Reading(store.Now + 8));
        Assert.Equal((2, 2L), (next.DroppedRejections, next.DroppedHeld.Single().Count));
        Assert.Equal([6, 7, 8], (await store.KeptAsync()).Select(r => r.Id));
    }

    private static Task WaitsAsync(PostgresWrittenStore store) => TechTemp.Testing.Eventually.TrueAsync(
        async () =>
        {
            await using var asked = store.Connections.DataSource.CreateCommand("SELECT count(*) FROM pg_locks WHERE NOT granted;");
            return (long)(await asked.ExecuteScalarAsync(Cancel))! > 0;
        },
        "somebody waits for a lock");
}
