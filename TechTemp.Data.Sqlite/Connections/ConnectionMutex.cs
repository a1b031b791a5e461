using Microsoft.Data.Sqlite;

namespace TechTemp.Data.Sqlite.Connections;

/// <summary>
/// Holds the mutex of a connection while many rows are read, until it is disposed by the same thread: each function of SQLite takes it, and takes it again in a third
/// of the time when the thread has it. The connection is used by one thread at a time, so nobody waits for it.
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
