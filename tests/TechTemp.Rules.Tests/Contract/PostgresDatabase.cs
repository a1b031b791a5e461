using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using TechTemp.Data.Postgres.Connections;
using TechTemp.Data.Postgres.Schema;
using TechTemp.Data.Store;
using TechTemp.Testing;

namespace TechTemp.Rules.Tests.Contract;

/// <summary>The tests that use a database one after the other: it is one for all of them.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresTests : ICollectionFixture<PostgresDatabase>
{
    public const string Name = "PostgreSQL";
}

/// <summary>A database with the current schema on a server of its own, which starts with the first test that needs it.</summary>
public sealed class PostgresDatabase : IAsyncDisposable
{
    private PostgresProcess? _process;
    private PostgresConnections? _connections;
    private IDbContextFactory<TechTempContext>? _contexts;

    internal string ConnectionString => _process!.ConnectionString;

    internal PostgresConnections Connections => _connections!;

    internal IDbContextFactory<TechTempContext> Contexts => _contexts!;

    /// <summary>Brings a schema up to date, as a process does that starts.</summary>
    internal static async Task MigrateAsync(string connectionString)
    {
        await using var connections = new PostgresConnections(connectionString);
        await new PostgresSchema(connections, ContextsOf(connections)).MigrateAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Starts it, the first time. Skips the test where PostgreSQL is not installed.</summary>
    internal async Task StartAsync()
    {
        if (_contexts is null)
        {
            _process = await PostgresProcess.StartAsync();
            await MigrateAsync(ConnectionString);
            _connections = new(ConnectionString);
            _contexts = ContextsOf(_connections);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connections is not null)
        {
            await _connections.DisposeAsync();
        }

        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    private static PooledDbContextFactory<TechTempContext> ContextsOf(PostgresConnections connections) =>
        new((DbContextOptions<TechTempContext>)PostgresSchema.Use(new DbContextOptionsBuilder<TechTempContext>(), connections).Options);
}
