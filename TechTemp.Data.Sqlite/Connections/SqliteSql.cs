using System.Data.Common;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Connections;

/// <summary>Ordinary SQL on the SQLite file. It runs in the calling thread, and has completed when it returns.</summary>
internal sealed class SqliteSql(StoreConnections connections) : IStoreSql
{
    /// <inheritdoc />
    public string Name => connections.Path;

    /// <inheritdoc />
    public string System => StoreSpan.Sqlite;

    /// <inheritdoc />
    public string Now => "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

    /// <inheritdoc />
    public ValueTask<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var connection = connections.Open();
        return new(SqliteStatements.Execute(connection, sql, parameters));
    }

    /// <inheritdoc />
    public ValueTask<List<T>> QueryAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var connection = connections.Open();
        return new(SqliteStatements.Query(connection, sql, read, parameters));
    }

    /// <inheritdoc />
    public ValueTask<IStoreSqlTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var connection = connections.Open();
        try
        {
            // BEGIN IMMEDIATE: a deferred transaction that has read fails at its first write when another one has committed meanwhile.
            return new(new SqliteSqlTransaction(connection, connection.BeginTransaction(deferred: false)));
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
