using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using TechTemp.Data.Postgres.Connections;
using TechTemp.Data.Store;

namespace TechTemp.Data.Postgres.Schema;

/// <summary>The schema on PostgreSQL, owned by EF Core's migrations in this project.</summary>
public sealed class PostgresSchema(PostgresConnections connections, IDbContextFactory<TechTempContext> contexts) : IStoreSchema
{
    // Any number that nobody else locks in this database: "TechTemp" as ASCII.
    private const long MigrationLock = 0x54656368_54656D70;

    /// <inheritdoc />
    public bool MayBeAway => true;

    /// <summary>Lets a context use PostgreSQL.</summary>
    /// <param name="options">The context's options.</param>
    /// <param name="connections">The database.</param>
    public static DbContextOptionsBuilder Use(DbContextOptionsBuilder options, PostgresConnections connections) => options
        .UseNpgsql(connections.DataSource, npgsql => npgsql.MigrationsAssembly(typeof(PostgresSchema).Assembly.GetName().Name))
        .ReplaceService<IModelCustomizer, PostgresModel>()
        .AddInterceptors(new CommandSpans(PostgresSql.SystemName), new SaveFailures(PostgresStoreException.Of), new ContextFailures());

    /// <inheritdoc />
    public async ValueTask<bool> IsCurrentAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var known = context.Database.GetMigrations().ToList();
        var applied = await AppliedAsync(cancellationToken);
        return applied.Except(known).Order(StringComparer.Ordinal).LastOrDefault() is { } newer
            ? throw new StoreException($"The store '{connections.Name}' was written by a newer TechTemp (schema {newer}). Update this program.")
            : known.Except(applied).FirstOrDefault() is null;
    }

    /// <inheritdoc />
    public async ValueTask MigrateAsync(CancellationToken cancellationToken)
    {
        // Most of the time there is nothing to do, and several workers start at once.
        if (await IsCurrentAsync(cancellationToken))
        {
            return;
        }

        await PostgresStoreException.TranslateAsync(async () =>
        {
            // On a connection of its own: the server unlocks it when that is closed, however this process ends.
            await using var connection = await connections.DataSource.OpenConnectionAsync(cancellationToken);
            await LockAsync(connection, "pg_advisory_lock", cancellationToken);
            try
            {
                await using var context = await contexts.CreateDbContextAsync(cancellationToken);
                // Its absence would be logged as a failure.
                await context.GetService<IHistoryRepository>().CreateIfNotExistsAsync(cancellationToken);
                await context.Database.MigrateAsync(cancellationToken);
            }
            finally
            {
                await LockAsync(connection, "pg_advisory_unlock", CancellationToken.None);
            }

            return true;
        });
    }

    private ValueTask<List<string>> AppliedAsync(CancellationToken cancellationToken) => PostgresStoreException.TranslateAsync(async () =>
    {
        await using var connection = await connections.DataSource.OpenConnectionAsync(cancellationToken);
        var exists = await PostgresStatements.QueryAsync(
            connection, """SELECT to_regclass('"__EFMigrationsHistory"') IS NOT NULL;""", row => row.GetBoolean(0), [], cancellationToken);
        return exists.Single()
            ? await PostgresStatements.QueryAsync(connection, """SELECT "MigrationId" FROM "__EFMigrationsHistory";""", row => row.GetString(0), [], cancellationToken)
            : [];
    });

    private static async Task LockAsync(DbConnection connection, string function, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {function}({MigrationLock});";
        // The process that has the lock may have a large table to change.
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
