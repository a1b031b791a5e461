using System.Globalization;
using Microsoft.EntityFrameworkCore;
using TechTemp.Data.Jobs;
using TechTemp.Data.Operation;
using TechTemp.Data.Postgres.Connections;
using TechTemp.Data.Postgres.Jobs;
using TechTemp.Data.Postgres.Operation;
using TechTemp.Data.Postgres.Schema;
using TechTemp.Data.Store;
using TechTemp.Testing;

namespace TechTemp.Rules.Tests.Contract;

/// <summary>What a host needs of PostgreSQL beside the ports: job locks, failures of EF Core, the probe, the state of the schema.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresHostTests(PostgresDatabase postgres)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_process_at_a_time_has_the_lock_of_a_job()
    {
        await postgres.StartAsync();
        await using var one = new PostgresJobLocks(postgres.Connections, TimeProvider.System);
        await using var other = new PostgresJobLocks(postgres.Connections, TimeProvider.System);
        await using (var sealing = await one.TryTakeAsync("sealing", Cancel))
        {
            Assert.NotNull(sealing);
            Assert.Null(await other.TryTakeAsync("sealing", Cancel));
            await using var retention = await other.TryTakeAsync("retention", Cancel);
            Assert.NotNull(retention);
        }

        await using var free = await other.TryTakeAsync("sealing", Cancel);
        Assert.NotNull(free);
    }

    [Fact]
    public async Task A_lock_is_lost_with_its_connection_and_another_process_takes_it()
    {
        await postgres.StartAsync();
        await using var one = new PostgresJobLocks(postgres.Connections, TimeProvider.System);
        await using var other = new PostgresJobLocks(postgres.Connections, TimeProvider.System);
        await using var held = (await one.TryTakeAsync("replay", Cancel))!;
        Assert.False(held.Lost.IsCancellationRequested);

        await EndSessionsWithLocksAsync();

        await Eventually.TrueAsync(() => Task.FromResult(held.Lost.IsCancellationRequested), "the loss of the lock is noticed");
        IJobLock? taken = null;
        await Eventually.TrueAsync(async () => (taken = await other.TryTakeAsync("replay", Cancel)) is not null, "another process has the lock");
        Assert.Null(await one.TryTakeAsync("replay", Cancel));
        await taken!.DisposeAsync();
    }

    [Fact]
    public async Task A_job_goes_on_in_another_process_when_the_first_one_loses_its_connection()
    {
        await postgres.StartAsync();
        await using var one = new PostgresJobLocks(postgres.Connections, TimeProvider.System);
        await using var other = new PostgresJobLocks(postgres.Connections, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var (running, begun) = (0, 0);
        var both = Task.WhenAll(RunAsync(one), RunAsync(other));
        await Eventually.TrueAsync(() => Task.FromResult(Volatile.Read(ref begun) == 1), "one process does the job");

        await EndSessionsWithLocksAsync();

        await Eventually.TrueAsync(() => Task.FromResult(Volatile.Read(ref begun) == 2 && Volatile.Read(ref running) == 1), "one process does the job again");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => both);
        Assert.Equal(0, running);

        Task RunAsync(PostgresJobLocks locks)
        {
            var state = new StoreState(TimeProvider.System);
            state.SetReady();
            return new StoreJobs(locks, state, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<StoreJobs>.Instance).RunAsync(
                "test",
                async cancellationToken =>
                {
                    Interlocked.Increment(ref running);
                    Interlocked.Increment(ref begun);
                    try
                    {
                        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                    }
                    finally
                    {
                        Interlocked.Decrement(ref running);
                    }
                },
                stop.Token);
        }
    }

    [Fact]
    public async Task A_server_that_is_away_is_a_transient_failure_of_EF_Core_too()
    {
        await using var connections = new PostgresConnections(string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={FreePort.Next()};Database=t;Username=u"));
        await using var context = Context(connections);
        Assert.True((await Assert.ThrowsAsync<PostgresStoreException>(() => context.Devices.ToListAsync(Cancel))).IsTransient);
        context.Rooms.Add(new() { Uid = "r", Name = "R" });
        Assert.True((await Assert.ThrowsAsync<PostgresStoreException>(() => context.SaveChangesAsync(Cancel))).IsTransient);
        Assert.True((await Assert.ThrowsAsync<PostgresStoreException>(() => context.Database.BeginTransactionAsync(Cancel))).IsTransient);
        var schema = new PostgresSchema(connections, new Contexts(connections));
        Assert.True((await Assert.ThrowsAsync<PostgresStoreException>(() => schema.IsCurrentAsync(Cancel).AsTask())).IsTransient);
        Assert.True((await Assert.ThrowsAsync<PostgresStoreException>(() => schema.MigrateAsync(Cancel).AsTask())).IsTransient);
    }

    [Fact]
    public async Task A_session_that_the_server_ends_is_a_transient_failure_of_EF_Core_too()
    {
        await using var store = await PostgresWrittenStore.OpenAsync(postgres);
        await using var context = Context(postgres.Connections);
        await using var transaction = await context.Database.BeginTransactionAsync(Cancel);
        var session = await context.Database.SqlQuery<int>($"""SELECT pg_backend_pid() AS "Value" """).SingleAsync(Cancel);
        context.Rooms.Add(new() { Uid = "r", Name = "R" });
        await context.SaveChangesAsync(Cancel);
        await store.ExecuteAsync($"SELECT pg_terminate_backend({session});");

        Assert.True((await Assert.ThrowsAsync<PostgresStoreException>(() => transaction.CommitAsync(Cancel))).IsTransient);
        Assert.Equal(0, await store.WithAsync(c => c.Rooms.CountAsync(Cancel)));
    }

    [Fact]
    public async Task A_broken_rule_of_the_schema_is_a_lasting_failure_of_EF_Core()
    {
        await using var store = await PostgresWrittenStore.OpenAsync(postgres);
        await using var context = Context(postgres.Connections);
        context.Rooms.AddRange([new() { Uid = "r", Name = "R" }, new() { Uid = "r", Name = "R" }]);
        var failure = await Assert.ThrowsAsync<PostgresStoreException>(() => context.SaveChangesAsync(Cancel));
        Assert.False(failure.IsTransient);
        Assert.True(failure.MayBeOfTheData);
    }

    [Fact]
    public async Task The_probe_finds_a_server_that_may_lose_what_it_has_committed()
    {
        await using var store = await PostgresWrittenStore.OpenAsync(postgres);
        var probe = new PostgresProbe(store.Sql);
        Assert.Equal(default, await probe.LookAsync(Cancel));
        try
        {
            // One at a time: a change of the server's settings is no transaction.
            await store.ExecuteAsync("ALTER SYSTEM SET fsync = off;");
            await store.ExecuteAsync("SELECT pg_reload_conf();");
            var found = default(StoreFinding);
            await Eventually.TrueAsync(async () => (found = await probe.LookAsync(Cancel)).Risk is not null, "the probe finds the risk");
            Assert.Null(found.Trouble);
            Assert.Contains("fsync=off: readings that were acknowledged can be lost", found.Risk, StringComparison.Ordinal);
        }
        finally
        {
            await store.ExecuteAsync("ALTER SYSTEM RESET fsync;");
            await store.ExecuteAsync("SELECT pg_reload_conf();");
        }
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused()
    {
        await using var store = await PostgresWrittenStore.OpenAsync(postgres);
        var schema = new PostgresSchema(postgres.Connections, postgres.Contexts);
        Assert.True(await schema.IsCurrentAsync(Cancel));
        await store.ExecuteAsync("""INSERT INTO "__EFMigrationsHistory" VALUES ('29991231000000_Later', '99.0');""");
        try
        {
            var refused = await Assert.ThrowsAsync<StoreException>(() => schema.MigrateAsync(Cancel).AsTask());
            Assert.Contains("was written by a newer TechTemp (schema 29991231000000_Later)", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            await store.ExecuteAsync("""DELETE FROM "__EFMigrationsHistory" WHERE "MigrationId" = '29991231000000_Later';""");
        }
    }

    private static TechTempContext Context(PostgresConnections connections) =>
        new((DbContextOptions<TechTempContext>)PostgresSchema.Use(new DbContextOptionsBuilder<TechTempContext>(), connections).Options);

    // The sessions of job locks, of all databases of the server: there is one.
    private async Task EndSessionsWithLocksAsync()
    {
        await using var command = postgres.Connections.DataSource.CreateCommand(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid();");
        await command.ExecuteNonQueryAsync(Cancel);
    }

    private sealed class Contexts(PostgresConnections connections) : IDbContextFactory<TechTempContext>
    {
        public TechTempContext CreateDbContext() => Context(connections);
    }
}
