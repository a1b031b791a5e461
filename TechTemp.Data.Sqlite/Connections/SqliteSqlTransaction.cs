using System.Data.Common;
using Microsoft.Data.Sqlite;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Connections;

/// <summary>A transaction of ordinary SQL, on a connection that it gives back.</summary>
internal sealed class SqliteSqlTransaction(SqliteConnection connection, SqliteTransaction transaction) : IStoreSqlTransaction
{
    /// <inheritdoc />
    public ValueTask<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(SqliteStatements.Execute(connection, sql, parameters));
    }

    /// <inheritdoc />
    public ValueTask<List<T>> QueryAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(SqliteStatements.Query(connection, sql, read, parameters));
    }

    /// <inheritdoc />
    public ValueTask CommitAsync()
    {
        transaction.Commit();
        return default;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        try
        {
            transaction.Dispose();
        }
        finally
        {
            connection.Dispose();
        }

        return default;
    }
}
