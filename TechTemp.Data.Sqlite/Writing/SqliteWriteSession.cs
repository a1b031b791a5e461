using Microsoft.Data.Sqlite;
using SQLitePCL;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;
using TechTemp.Data.Writing;

namespace TechTemp.Data.Sqlite.Writing;

/// <summary>A connection to the file with the statements that were prepared on it.</summary>
internal sealed class SqliteWriteSession(StoreConnections connections) : IWriteSession
{
    private SqliteConnection? _connection;
    private WriteStatements? _statements;

    /// <inheritdoc />
    public ValueTask<IWriteTransaction> BeginAsync(bool forReading, CancellationToken cancellationToken)
    {
        _connection ??= connections.Open();
        _statements ??= new(_connection);
        return new(new SqliteWriteTransaction(_connection, _connection.BeginTransaction(deferred: forReading), _statements, connections.Path));
    }

    /// <inheritdoc />
    // After a failure the file is opened again, except after a write that the disk refused. The kernel's cache still has what was refused: a connection
    // that opens the log again would find it there and treat it as committed, and its readings would be acknowledged as duplicates. A connection that
    // stays open writes the log again from the end of the last commit.
    public void Forget(Exception failure)
    {
        DisposeStatements();
        if (failure is not SqliteStoreException { Code: raw.SQLITE_IOERR or raw.SQLITE_FULL })
        {
            Discard();
        }
    }

    /// <inheritdoc />
    // It stays open in the pool; Dispose closes it.
    public void Release()
    {
        DisposeStatements();
        _connection?.Dispose();
        _connection = null;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        DisposeStatements();
        Discard();
    }

    private void DisposeStatements()
    {
        _statements?.Dispose();
        _statements = null;
    }

    private void Discard()
    {
        if (_connection is not null)
        {
            StoreConnections.Discard(_connection);
            _connection = null;
        }
    }
}
