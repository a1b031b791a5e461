using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Connections;

/// <summary>The numbers of AUTOINCREMENT, in the table that SQLite has for them.</summary>
internal sealed class SqliteSequences(IStoreSql sql) : IStoreSequences
{
    /// <inheritdoc />
    public async ValueTask<long> LastAsync(string table, CancellationToken cancellationToken) => (await sql.QueryAsync(
        "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = @table;", row => row.GetInt64(0), cancellationToken, ("table", table))).Single();

    /// <inheritdoc />
    public async ValueTask RaiseAsync(string table, long last, CancellationToken cancellationToken)
    {
        await using var transaction = await sql.BeginAsync(cancellationToken);
        // A table that never had a row has none here.
        await transaction.ExecuteAsync(
            "INSERT INTO sqlite_sequence (name, seq) SELECT @table, @last WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = @table);",
            cancellationToken, ("table", table), ("last", last));
        await transaction.ExecuteAsync("UPDATE sqlite_sequence SET seq = @last WHERE name = @table AND seq < @last;", cancellationToken, ("table", table), ("last", last));
        await transaction.CommitAsync();
    }
}
