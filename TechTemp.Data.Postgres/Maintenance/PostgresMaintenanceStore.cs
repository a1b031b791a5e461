using TechTemp.Data.Maintenance;
using TechTemp.Data.Postgres.Connections;

namespace TechTemp.Data.Postgres.Maintenance;

/// <summary>A PostgreSQL database, as what is sealed, removed, dropped and checked.</summary>
public sealed class PostgresMaintenanceStore(PostgresConnections connections) : IMaintenanceStore
{
    /// <inheritdoc />
    public IMaintenanceSession Open() => new PostgresMaintenanceSession(connections);
}
