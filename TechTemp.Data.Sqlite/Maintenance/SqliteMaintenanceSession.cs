using Microsoft.Data.Sqlite;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Sqlite.Connections;

namespace TechTemp.Data.Sqlite.Maintenance;

/// <summary>A connection to the file with the statements that were prepared on it. A transaction that writes has the write lock of the whole file.</summary>
internal sealed class SqliteMaintenanceSession(SqliteConnection connection) : IMaintenanceSession
{
    // Some milliseconds.
    private const int PagesOfAStep = 200;

    private DayStatements? _statements;
    private long? _version;

    /// <inheritdoc />
    public ValueTask<IDeviceSnapshot> ReadAsync(int deviceId, CancellationToken cancellationToken) => new(Begin(deviceId, deferred: true, cancellationToken));

    /// <inheritdoc />
    public ValueTask<IDeviceTransaction> WriteAsync(int deviceId, CancellationToken cancellationToken) => new(Begin(deviceId, deferred: false, cancellationToken));

    /// <inheritdoc />
    public ValueTask<bool> OthersWroteAsync(CancellationToken cancellationToken)
    {
        var before = _version;
        _version = connection.ScalarLong("PRAGMA data_version;");
        return new(before is not null && _version != before);
    }

    /// <inheritdoc />
    // Without a VACUUM.
    public ValueTask<bool> ReleaseSpaceAsync(CancellationToken cancellationToken)
    {
        if (connection.ScalarLong("PRAGMA freelist_count;") == 0)
        {
            return new(false);
        }

        connection.Execute($"PRAGMA incremental_vacuum({PagesOfAStep});");
        return new(true);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _statements?.Dispose();
        connection.Dispose();
    }

    private SqliteDeviceTransaction Begin(int deviceId, bool deferred, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // Before the lock is taken.
        _statements ??= new(connection);
        return new(deviceId, connection, connection.BeginTransaction(deferred), _statements);
    }
}
