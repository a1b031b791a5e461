using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;
using TechTemp.Data.Writing;

namespace TechTemp.Data.Sqlite.Writing;

/// <summary>The SQLite file, as what readings are written to.</summary>
internal sealed class SqliteWriteStore(StoreConnections connections) : IWriteStore
{
    /// <inheritdoc />
    public string System => StoreSpan.Sqlite;

    /// <inheritdoc />
    public IWriteSession Open() => new SqliteWriteSession(connections);
}
