using TechTemp.Data.Postgres.Connections;
using TechTemp.Data.Writing;

namespace TechTemp.Data.Postgres.Writing;

/// <summary>A PostgreSQL database, as what readings are written to.</summary>
internal sealed class PostgresWriteStore(PostgresConnections connections) : IWriteStore
{
    /// <inheritdoc />
    public string System => PostgresSql.SystemName;

    /// <inheritdoc />
    public IWriteSession Open() => new PostgresWriteSession(connections);
}
