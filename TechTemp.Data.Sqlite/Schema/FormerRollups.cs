using Microsoft.Data.Sqlite;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Pages;
using TechTemp.Data.Sqlite.Rows;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Sqlite.Schema;

/// <summary>
/// The rollups of older versions. Where retention had dropped the readings, the finest rollups that were left become pages without a body: they are all that is
/// known of that time. The others say nothing that the readings do not.
/// </summary>
internal static class FormerRollups
{
    // What is left of a day is of one tier, and of those above it: retention drops whole days of a tier, and keeps the coarser ones longer.
    private const string LeftSql =
        """
        WITH tiers(tier, length) AS (VALUES (0, 900000), (1, 3600000), (2, 21600000), (3, 86400000))
        SELECT r.device_id, r.bucket * t.length, t.length, r.count, r.seconds,
            r.temperature_integral, r.temperature_min, r.temperature_max, r.humidity_integral, r.humidity_min, r.humidity_max
        FROM devices d
        JOIN rollups r ON r.device_id = d.id
        JOIN tiers t USING (tier)
        WHERE d.raw_from IS NOT NULL AND r.bucket * t.length < d.raw_from AND r.seconds > 0
            AND NOT EXISTS (SELECT 1 FROM readings x WHERE x.device_id = d.id AND x.ts BETWEEN r.bucket * t.length AND (r.bucket + 1) * t.length - 1)
            AND NOT EXISTS (
                SELECT 1 FROM tiers finer
                JOIN rollups f ON f.device_id = d.id AND f.tier = finer.tier
                    AND f.bucket BETWEEN r.bucket * t.length / finer.length AND ((r.bucket + 1) * t.length - 1) / finer.length
                WHERE finer.tier < t.tier);
        """;

    /// <summary>Makes pages of what is left without readings.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public static void Keep(SqliteConnection connection)
    {
        using var left = new Statement(connection, LeftSql);
        using var insert = new Statement(connection, PageTable.InsertSql);
        while (left.Step())
        {
            var key = new PageKey((int)left.Long(0), left.Long(1), left.Long(2));
            var head = new PageHead((int)left.Long(3), key.Start, key.End - 1,
            [
                new(QuantityRegistry.Temperature, (int)left.Long(3), left.Number(6), left.Number(7), left.Number(5), left.Long(4)),
                new(QuantityRegistry.Humidity, (int)left.Long(3), left.Number(9), left.Number(10), left.Number(8), left.Long(4)),
            ]);
            PageTable.Write(insert, new(key, PageEncoder.EncodeHead(key, head), default));
        }
    }
}
