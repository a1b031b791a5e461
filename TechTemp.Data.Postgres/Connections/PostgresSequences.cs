using TechTemp.Data.Store;

namespace TechTemp.Data.Postgres.Connections;

/// <summary>The sequences of identity columns.</summary>
public sealed class PostgresSequences(IStoreSql sql) : IStoreSequences
{
    private const string Last = "coalesce(pg_sequence_last_value(pg_get_serial_sequence(@table, 'id')::regclass), 0)";

    /// <inheritdoc />
    public async ValueTask<long> LastAsync(string table, CancellationToken cancellationToken) =>
        (await sql.QueryAsync($"SELECT {Last};", row => row.GetInt64(0), cancellationToken, ("table", table))).Single();

    /// <inheritdoc />
    public async ValueTask RaiseAsync(string table, long last, CancellationToken cancellationToken) => await sql.QueryAsync(
        $"SELECT setval(pg_get_serial_sequence(@table, 'id')::regclass, @last) WHERE @last > {Last};",
        row => row.GetInt64(0), cancellationToken, ("table", table), ("last", last));
}
