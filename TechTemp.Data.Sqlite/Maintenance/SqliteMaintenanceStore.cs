using TechTemp.Data.Maintenance;
using TechTemp.Data.Sqlite.Connections;

namespace TechTemp.Data.Sqlite.Maintenance;

/// <summary>The SQLite file, as what is sealed, removed, dropped and checked.</summary>
internal sealed class SqliteMaintenanceStore(StoreConnections connections) : IMaintenanceStore
{
    /// <inheritdoc />
    public IMaintenanceSession Open() => new SqliteMaintenanceSession(connections.Open());
}
