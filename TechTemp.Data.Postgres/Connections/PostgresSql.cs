using System.Data;
using System.Data.Common;
using TechTemp.Data.Store;

namespace TechTemp.Data.Postgres.Connections;

/// <summary>Ordinary SQL on the database. Each call is a round trip.</summary>
public sealed class PostgresSql(PostgresConnections connections) : IStoreSql
{
    /// <summary>The name of PostgreSQL in spans (https://opentelemetry.io/docs/specs/semconv/registry/attributes/db/).</summary>
    internal const string SystemName = "postgresql";

    /// <inheritdoc />
    public string Name => connections.Name;

    /// <inheritdoc />
    public string System => SystemName;

    /// <inheritdoc />
    public string Now => "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)";

    /// <inheritdoc />
    public ValueTask<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters) =>
        PostgresStoreException.TranslateAsync(async () =>
        {
            await using var connection = await connections.DataSource.OpenConnectionAsync(cancellationToken);
            return await PostgresStatements.ExecuteAsync(connection, sql, parameters, cancellationToken);
        });

    /// <inheritdoc />
    public ValueTask<List<T>> QueryAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters) =>
        PostgresStoreException.TranslateAsync(async () =>
        {
            await using var connection = await connections.DataSource.OpenConnectionAsync(cancellationToken);
            return await PostgresStatements.QueryAsync(connection, sql, read, parameters, cancellationToken);
        });

    /// <inheritdoc />
    public async ValueTask<IStoreSqlTransaction> BeginAsync(CancellationToken cancellationToken) => await PostgresStoreException.TranslateAsync(async () =>
    {
        var connection = await connections.DataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            return new PostgresSqlTransaction(connection, await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    });
}
