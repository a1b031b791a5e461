using TechTemp.Data.Operation;
using TechTemp.Data.Postgres.Connections;

namespace TechTemp.Data.Postgres.Operation;

/// <summary>Asks the server how large the database is. The log is the server's, for all of its databases, and so is the disk.</summary>
public sealed class PostgresStoreSize(PostgresSql sql) : IStoreSize
{
    /// <inheritdoc />
    public async ValueTask<StoreSize> ReadAsync(CancellationToken cancellationToken)
    {
        var bytes = await sql.QueryAsync("SELECT pg_database_size(current_database());", row => row.GetInt64(0), cancellationToken);
        return new(bytes.Single(), LogBytes: 0, UnusedBytes: 0, DiskFreeBytes: null);
    }
}
