using System.Data.Common;
using Npgsql;
using TechTemp.Data.Store;

namespace TechTemp.Data.Postgres.Connections;

/// <summary>A transaction of ordinary SQL, on a connection that it gives back.</summary>
internal class PostgresSqlTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction) : IStoreSqlTransaction
{
    /// <inheritdoc />
    public ValueTask<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters) =>
        PostgresStoreException.TranslateAsync(() => PostgresStatements.ExecuteAsync(connection, sql, parameters, cancellationToken));

    /// <inheritdoc />
    public ValueTask<List<T>> QueryAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters) =>
        PostgresStoreException.TranslateAsync(() => PostgresStatements.QueryAsync(connection, sql, read, parameters, cancellationToken));

    /// <inheritdoc />
    public async ValueTask CommitAsync() => await PostgresStoreException.TranslateAsync(async () =>
    {
        // Never cancelled: nobody would know whether it is committed.
        await transaction.CommitAsync(CancellationToken.None);
        return true;
    });

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        try
        {
            await transaction.DisposeAsync();
        }
        finally
        {
            await connection.DisposeAsync();
        }
    }
}
