using TechTemp.Data.Store;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Operation;

/// <summary>Reads <see cref="StoreFigures"/>: seeks and one walk along an index, never a scan of readings; a test asserts the plans on SQLite.</summary>
public sealed class StoreFigureQueries(IStoreSql sql, IStoreSize size, TimeProvider time)
{
    // CROSS JOIN keeps SQLite's order: without statistics it would rather scan the readings and seek their devices.
    internal const string RecentSql =
        "SELECT count(*) FROM devices d CROSS JOIN readings x WHERE x.device_id = d.id AND x.ts BETWEEN @from AND @to;";

    // The payloads lie in the table, 8 KiB each at most: the index of devices and reasons alone is walked, and of each reason one row is sought.
    internal const string RejectionsSql =
        """
        SELECT r.reason, r.count, m.received_at
        FROM (SELECT reason, count(*) AS count, max(id) AS newest FROM rejected_messages GROUP BY reason) r
        JOIN rejected_messages m ON m.id = r.newest
        ORDER BY r.count DESC, r.reason;
        """;

    // As doubles: integers may add up to more than 2^63, and the gaps of a few devices with wrong counters do.
    private const string MissingSql = "SELECT coalesce(sum(CAST(last - first AS double precision) + 1), 0) FROM sequence_gaps;";

    private const string HeldDroppedSql = "SELECT CAST(coalesce(sum(count), 0) AS bigint) FROM held_drops;";

    // What a JSON number can say exactly.
    private const long MostMissing = 1L << 53;

    /// <summary>Reads the figures of now.</summary>
    /// <param name="recent">How far back readings count as recent.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    /// <exception cref="IOException">The store's file or its disk cannot be looked at.</exception>
    public async ValueTask<StoreFigures> ReadAsync(TimeSpan recent, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        using var span = StoreSpan.Start("SELECT", "readings", system: sql.System);
        var rejections = await sql.QueryAsync(RejectionsSql, row => new RejectionCount(row.GetString(0), row.GetInt64(1), row.GetInt64(2)), cancellationToken);
        return new(
            await NumberAsync(RecentSql, ("from", (now - recent).ToUnixTimeMilliseconds()), ("to", now.ToUnixTimeMilliseconds())),
            rejections,
            rejections.FirstOrDefault(r => r.Reason == RejectionReasons.UnknownDevice)?.Count ?? 0,
            await NumberAsync(HeldDroppedSql),
            (long)Math.Min((await sql.QueryAsync(MissingSql, row => row.GetDouble(0), cancellationToken)).Single(), MostMissing),
            await size.ReadAsync(cancellationToken));

        async ValueTask<long> NumberAsync(string select, params (string, object?)[] parameters) =>
            (await sql.QueryAsync(select, row => row.GetInt64(0), cancellationToken, parameters)).Single();
    }
}
