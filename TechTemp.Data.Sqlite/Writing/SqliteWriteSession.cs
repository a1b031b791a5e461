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
    public ValueTask<IWriteTransaction> BeginAsync(bool forReading, CancellationToken cancellationToken) => new(Begin(forReading));

    /// <inheritdoc cref="BeginAsync" />
    public SqliteWriteTransaction Begin(bool forReading = false)
    {
        _connection ??= connections.Open();
        _statements ??= new(_connection);
        return new(_connection, _connection.BeginTransaction(deferred: forReading), _statements, connections.Path);
    }

    /// <inheritdoc />
    // A file that failed is opened anew. Not after a write that the
    // disk refused: what it refused is in the kernel's cache all the same, and who opens the log anew finds it there, takes it
    // for committed, and has it acknowledged as duplicates. Kept open, the log is written again from where the last commit ended.
    public void Forget(Exception failure)
    {
        DisposeStatements();
        if (failure is not SqliteStoreException { Code: raw.SQLITE_IOERR or raw.SQLITE_FULL })
        {
            Discard();
        }
    }

    /// <summary>Gives the connection back to the pool, for the next one who needs one; <see cref="Dispose"/> closes it.</summary>
    public void Return()
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
