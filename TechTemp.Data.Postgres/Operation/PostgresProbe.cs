using TechTemp.Data.Operation;
using TechTemp.Data.Store;

namespace TechTemp.Data.Postgres.Operation;

/// <summary>Reads from the database, and looks at the settings on which the durability of a commit depends.</summary>
internal sealed class PostgresProbe(IStoreSql sql) : IStoreProbe
{
    // synchronous_commit as this session has it: a pooler between may have dropped what the connection asks for. The other two are the server's
    // (https://www.postgresql.org/docs/current/runtime-config-wal.html).
    private const string Sql =
        """
        SELECT current_setting('synchronous_commit'), current_setting('fsync'), current_setting('full_page_writes')
        FROM (SELECT count(*) FROM (SELECT 1 FROM devices LIMIT 1) d) c;
        """;

    /// <inheritdoc />
    public string Name => sql.Name;

    /// <inheritdoc />
    public async ValueTask<StoreFinding> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var settings = await sql.QueryAsync(Sql, row => (Commit: row.GetString(0), Sync: row.GetString(1), Pages: row.GetString(2)), cancellationToken);
            var (commit, sync, pages) = settings.Single();
            return new(null, Risk("synchronous_commit", commit) ?? Risk("fsync", sync) ?? Risk("full_page_writes", pages));
        }
        catch (StoreException e)
        {
            return new($"The store '{Name}' cannot be used: {e.Message}");
        }
    }

    private string? Risk(string setting, string value) => value == "off"
        ? $"The server of the store '{Name}' has {setting}=off: readings that were acknowledged can be lost when it crashes. Set it to on."
        : null;
}
