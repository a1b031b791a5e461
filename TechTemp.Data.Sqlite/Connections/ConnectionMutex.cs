using Microsoft.Data.Sqlite;

namespace TechTemp.Data.Sqlite.Connections;

/// <summary>
/// Holds the mutex of a connection while many rows are read, until the same thread disposes it. Each function of SQLite takes the mutex; a thread that has it
/// takes it without a lock. One thread at a time uses a connection, so nobody waits for it.
/// </summary>
internal readonly ref struct ConnectionMutex
{
    private readonly nint _mutex;

    public ConnectionMutex(SqliteConnection connection)
    {
        _mutex = SqliteNative.MutexOf(connection.Handle!);
        SqliteNative.Enter(_mutex);
    }

    public void Dispose() => SqliteNative.Leave(_mutex);
}
