using System.Globalization;

namespace TechTemp.Faults.Books;

/// <summary>The stored rollups against a recomputation from the readings, in SQL that shares nothing with the program's own.</summary>
internal static class Rollups
{
    // The lengths of time that there are rollups of, by the number of their tier.
    private static readonly string s_unequal =
        $"""
        WITH tiers(tier, length) AS (VALUES (0, 900000), (1, 3600000), (2, 21600000), (3, 86400000)),
        computed AS (
            SELECT device_id, tier, ts / length AS bucket, count(*) AS count,
                sum(t) AS t_sum, min(t) AS t_min, max(t) AS t_max, sum(h) AS h_sum, min(h) AS h_min, max(h) AS h_max
            FROM (SELECT device_id, ts, {StoreFile.Number("temperature")} AS t, {StoreFile.Number("humidity")} AS h FROM readings), tiers
            GROUP BY 1, 2, 3),
        stored AS (
            SELECT device_id, tier, bucket, count,
                {StoreFile.Number("temperature_sum")} AS t_sum, {StoreFile.Number("temperature_min")} AS t_min, {StoreFile.Number("temperature_max")} AS t_max,
                {StoreFile.Number("humidity_sum")} AS h_sum, {StoreFile.Number("humidity_min")} AS h_min, {StoreFile.Number("humidity_max")} AS h_max
            FROM rollups)
        SELECT coalesce(s.device_id, c.device_id), coalesce(s.tier, c.tier), coalesce(s.bucket, c.bucket), coalesce(s.count, 0), coalesce(c.count, 0)
        FROM stored s FULL OUTER JOIN computed c USING (device_id, tier, bucket)
        WHERE s.count IS NOT c.count OR s.t_min IS NOT c.t_min OR s.t_max IS NOT c.t_max OR s.h_min IS NOT c.h_min OR s.h_max IS NOT c.h_max
            -- Sums of floating point depend on the order in which they were made.
            OR abs(s.t_sum - c.t_sum) > 1e-9 * s.count * 100 OR abs(s.h_sum - c.h_sum) > 1e-9 * s.count * 100;
        """;

    /// <summary>The rollups that are not what the readings make them, in words.</summary>
    public static IReadOnlyList<string> Differences(StoreFile store) =>
    [
        .. store.Query(s_unequal, row => string.Create(
            CultureInfo.InvariantCulture,
            $"rollup of device {row.GetInt32(0)}, tier {row.GetInt32(1)}, bucket {row.GetInt64(2)} of {row.GetInt64(3)} readings instead of {row.GetInt64(4)}")),
    ];
}
