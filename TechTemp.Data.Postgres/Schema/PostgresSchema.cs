using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;
using TechTemp.Data.Postgres.Connections;
using TechTemp.Data.Store;

namespace TechTemp.Data.Postgres.Schema;

/// <summary>The schema on PostgreSQL, owned by EF Core's migrations in this project.</summary>
public sealed class PostgresSchema(PostgresConnections connections, IDbContextFactory<TechTempContext> contexts)
{
    // Any number that nobody else locks in this database: "TechTemp" as ASCII.
    private const long MigrationLock = 0x54656368_54656D70;

    /// <summary>Lets a context use PostgreSQL.</summary>
    /// <param name="options">The context's options.</param>
    /// <param name="connections">The database.</param>
    public static DbContextOptionsBuilder Use(DbContextOptionsBuilder options, PostgresConnections connections) => options
        .UseNpgsql(connections.DataSource, npgsql => npgsql.MigrationsAssembly(typeof(PostgresSchema).Assembly.GetName().Name))
        .ReplaceService<IModelCustomizer, PostgresModel>();

    /// <summary>Brings the schema up to date. Of several processes one does it, and the others wait for it.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The server failed, or cannot be reached.</exception>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        try
        {
            // On a connection of its own: the server unlocks it when that is closed, however this process ends.
            await using var connection = await connections.DataSource.OpenConnectionAsync(cancellationToken);
            await LockAsync(connection, "pg_advisory_lock", cancellationToken);
            try
            {
                await using var context = await contexts.CreateDbContextAsync(cancellationToken);
                await context.Database.MigrateAsync(cancellationToken);
            }
            finally
            {
                await LockAsync(connection, "pg_advisory_unlock", CancellationToken.None);
            }
        }
        catch (NpgsqlException e)
        {
            throw new PostgresStoreException(e);
        }
    }

    private static async Task LockAsync(DbConnection connection, string function, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {function}({MigrationLock});";
        // The process that has the lock may have a large table to change.
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
