using System.Globalization;
using System.Runtime.CompilerServices;
using TechTemp.Data.Store;

namespace TechTemp.Data.Copying;

/// <summary>The rows of a table, as count and checksum. Their order does not matter: stores order text differently.</summary>
/// <param name="Rows">How many.</param>
/// <param name="Sum">The sum of the checksums of the rows.</param>
internal readonly record struct TableCheck(long Rows, UInt128 Sum)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Rows} rows, {(ulong)(Sum ^ (Sum >> 64)):x16}");

    public static TableCheck operator +(TableCheck check, CopiedRow row) => new(check.Rows + 1, unchecked(check.Sum + row.Digest));
}

/// <summary>
/// Makes a table of one store like that of another, some rows at a time. Each side is read in its own order of keys, and what the other side has is looked up by key:
/// stores order text differently.
/// </summary>
internal sealed class TableCopy(CopiedTable table, StoreEnd source, StoreEnd target)
{
    private const int RowsOfAStep = 100;

    /// <summary>Deletes the rows of the target that the source does not have.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="StoreException">A store failed.</exception>
    public async ValueTask<int> DeleteGoneAsync(CancellationToken cancellationToken)
    {
        var deleted = 0;
        await foreach (var some in ReadAsync(target, cancellationToken))
        {
            var there = (await FindAsync(table, source.Sql, some, cancellationToken)).Select(row => row.Key).ToHashSet();
            var gone = some.Where(row => !there.Contains(row.Key)).ToList();
            if (gone.Count > 0)
            {
                await using var transaction = await target.Sql.BeginAsync(cancellationToken);
                deleted += await transaction.ExecuteAsync($"DELETE FROM {table.Name} WHERE {Condition(table, gone)};", cancellationToken, KeysOf(table, gone));
                await transaction.CommitAsync();
            }
        }

        return deleted;
    }

    /// <summary>Writes the rows of the source that the target lacks, or has otherwise.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="StoreException">A store failed.</exception>
    public async ValueTask<int> WriteAsync(CancellationToken cancellationToken)
    {
        var written = 0;
        await foreach (var changed in ChangedAsync(cancellationToken))
        {
            await using var transaction = await target.Sql.BeginAsync(cancellationToken);
            await UpsertAsync(table, transaction, changed, cancellationToken);
            await transaction.CommitAsync();
            written += changed.Count;
        }

        return written;
    }

    /// <summary>The rows of the source that the target lacks, or has otherwise, some at a time.</summary>
    /// <exception cref="StoreException">A store failed.</exception>
    public async IAsyncEnumerable<List<CopiedRow>> ChangedAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var some in ReadAsync(source, cancellationToken))
        {
            var there = (await FindAsync(table, target.Sql, some, cancellationToken)).ToDictionary(row => row.Key, row => row.Digest);
            var changed = some.Where(row => !there.TryGetValue(row.Key, out var digest) || digest != row.Digest).ToList();
            if (changed.Count > 0)
            {
                yield return changed;
            }
        }
    }

    /// <summary>Counts one of the two.</summary>
    /// <param name="end">The store.</param>
    /// <param name="other">Only rows whose keys this store has count; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">A store failed.</exception>
    public async ValueTask<TableCheck> CheckAsync(StoreEnd end, StoreEnd? other, CancellationToken cancellationToken)
    {
        var check = default(TableCheck);
        await foreach (var some in ReadAsync(other ?? end, cancellationToken))
        {
            check = (other is null ? some : await FindAsync(table, end.Sql, some, cancellationToken)).Aggregate(check, (sum, row) => sum + row);
        }

        return check;
    }

    /// <summary>The rows with the keys of some rows.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public static async ValueTask<List<CopiedRow>> FindAsync(CopiedTable table, IStoreStatements store, IReadOnlyList<CopiedRow> like, CancellationToken cancellationToken) =>
        like.Count == 0 ? [] : await store.QueryAsync(
            $"SELECT {table.ColumnNames} FROM {table.Name} WHERE {Condition(table, like)};", row => CopiedRow.Read(row, table), cancellationToken, KeysOf(table, like));

    /// <summary>Inserts rows, and updates those that are there.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public static async ValueTask UpsertAsync(CopiedTable table, IStoreStatements store, IReadOnlyList<CopiedRow> rows, CancellationToken cancellationToken)
    {
        var update = string.Join(", ", table.Columns.Skip(table.Keys).Select(column => $"\"{column.Name}\" = excluded.\"{column.Name}\""));
        var sql =
            $"""
            INSERT INTO {table.Name} ({table.ColumnNames}) VALUES ({string.Join(", ", table.Columns.Select((_, i) => $"@v{i}"))})
            ON CONFLICT ({table.KeyNames}) DO {(update.Length == 0 ? "NOTHING" : $"UPDATE SET {update}")};
            """;
        foreach (var row in rows)
        {
            await store.ExecuteAsync(sql, cancellationToken, [.. row.Values.Select((value, i) => ($"v{i}", value))]);
        }
    }

    // In steps, each by the keys after those of the step before.
    private async IAsyncEnumerable<List<CopiedRow>> ReadAsync(StoreEnd end, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        CopiedRow? last = null;
        do
        {
            var after = last is null ? "" : $"WHERE ({table.KeyNames}) > ({string.Join(", ", Enumerable.Range(0, table.Keys).Select(i => $"@k0_{i}"))})";
            var some = await end.Sql.QueryAsync(
                $"SELECT {table.ColumnNames} FROM {table.Name} {after} ORDER BY {table.KeyNames} LIMIT {RowsOfAStep};",
                row => CopiedRow.Read(row, table), cancellationToken, last is null ? [] : KeysOf(table, [last]));
            if (some.Count > 0)
            {
                yield return some;
            }

            last = some.Count == RowsOfAStep ? some[^1] : null;
        }
        while (last is not null);
    }

    private static string Condition(CopiedTable table, IReadOnlyList<CopiedRow> rows) => string.Join(
        " OR ", rows.Select((_, n) => $"({string.Join(" AND ", table.Columns.Take(table.Keys).Select((column, i) => $"\"{column.Name}\" = @k{n}_{i}"))})"));

    private static (string Name, object? Value)[] KeysOf(CopiedTable table, IReadOnlyList<CopiedRow> rows) =>
        [.. rows.SelectMany((row, n) => row.Values.Take(table.Keys).Select((value, i) => ($"k{n}_{i}", value)))];
}
