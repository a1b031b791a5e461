using System.Data;
using Npgsql;
using TechTemp.Data.Postgres.Connections;
using TechTemp.Data.Writing;

namespace TechTemp.Data.Postgres.Writing;

/// <summary>A connection to the database.</summary>
internal sealed class PostgresWriteSession(PostgresConnections connections) : IWriteSession
{
    private NpgsqlConnection? _connection;
    private string? _snapshot;
    private long _version;

    /// <inheritdoc />
    public async ValueTask<IWriteTransaction> BeginAsync(bool forReading, CancellationToken cancellationToken) => await PostgresStoreException.TranslateAsync(async () =>
    {
        _connection ??= await connections.DataSource.OpenConnectionAsync(cancellationToken);
        // Reading sees one snapshot. Writing sees in each statement what others have committed before it: what kept a reading from being inserted is found by the next one.
        var transaction = await _connection.BeginTransactionAsync(forReading ? IsolationLevel.RepeatableRead : IsolationLevel.ReadCommitted, cancellationToken);
        try
        {
            var sql = new TransactionSql(_connection, transaction, prepares: true);
            return new PostgresWriteTransaction(transaction, sql, forReading ? await ReadVersionAsync(sql, cancellationToken) : ++_version);
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    });

    /// <inheritdoc />
    // Closed, not given back: what the server has prepared for it may be what failed.
    public void Forget(Exception failure)
    {
        connections.DataSource.Clear();
        Dispose();
    }

    /// <inheritdoc />
    public void Release() => Dispose();

    /// <inheritdoc />
    public void Dispose()
    {
        _connection?.Dispose();
        _connection = null;
    }

    // Every commit that wrote something changes the text of the next snapshot: it ends a transaction that this one names, or raises its upper end
    // (https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT-PARTS). This session's own commits do as well. A transaction that writes
    // remembers nothing: others may commit between its statements.
    private async ValueTask<long> ReadVersionAsync(TransactionSql sql, CancellationToken cancellationToken)
    {
        string? snapshot = null;
        await sql.ReadAsync("SELECT pg_current_snapshot()::text;", row => snapshot = row.GetString(0), cancellationToken);
        if (snapshot != _snapshot)
        {
            _snapshot = snapshot;
            _version++;
        }

        return _version;
    }
}
