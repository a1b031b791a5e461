using Microsoft.Data.Sqlite;
using TechTemp.Data.Sqlite.Connections;

namespace TechTemp.Data.Sqlite.Writing;

/// <summary>The prepared SQL of a session, over one connection. Runs in the transaction that the connection is in. Not thread-safe.</summary>
internal sealed class WriteStatements(SqliteConnection connection) : IDisposable
{
    // https://sqlite.org/pragma.html#pragma_data_version
    private readonly Statement _version = new(connection, "PRAGMA data_version;");

    public DeviceStatements Devices { get; } = new(connection);

    public ReadingStatements Readings { get; } = new(connection);

    public RejectionStatements Rejections { get; } = new(connection);

    public ReplayStatements Replayed { get; } = new(connection);

    /// <summary>Changes whenever another connection, of this process or another, has committed.</summary>
    public long Version() => _version.Scalar();

    /// <inheritdoc />
    public void Dispose()
    {
        _version.Dispose();
        Devices.Dispose();
        Readings.Dispose();
        Rejections.Dispose();
        Replayed.Dispose();
    }
}
