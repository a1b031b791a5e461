using System.Globalization;

namespace TechTemp.Faults.Books;

/// <summary>The stored rollups against a recomputation from the readings, in SQL that shares nothing with the program's own.</summary>
internal static class Rollups
{
    // The lengths of time that there are rollups of, by the number of their tier.
    private static readonly string s_unequal =
        $"""
        WITH tiers(tier, length) AS (VALUES (0, 900000), (1, 3600000), (2, 21600000), (3, 86400000)),
        -- How many seconds there are to the reading before and after, on the same day.
        distances AS (
            SELECT device_id, ts, {StoreFile.Number("temperature")} AS t, {StoreFile.Number("humidity")} AS h,
                max(1, (ts - lag(ts) OVER day + 500) / 1000) AS l, max(1, (lead(ts) OVER day - ts + 500) / 1000) AS r
            FROM readings WINDOW day AS (PARTITION BY device_id, ts / 86400000 ORDER BY ts)),
        -- A reading stands for half of both; a distance of more than a quarter of an hour is a gap.
        weighed AS (
            SELECT device_id, ts, t, h, coalesce((iif(l <= 900, l, NULL) + iif(r <= 900, r, NULL) + 1) / 2, iif(l <= 900, l, NULL), iif(r <= 900, r, NULL), 900) AS s
            FROM distances),
        computed AS (
            SELECT device_id, tier, ts / length AS bucket, count(*) AS count, sum(s) AS seconds,
                sum(t * s) AS t_sum, min(t) AS t_min, max(t) AS t_max, sum(h * s) AS h_sum, min(h) AS h_min, max(h) AS h_max
            FROM weighed, tiers
            GROUP BY 1, 2, 3),
        stored AS (
            SELECT device_id, tier, bucket, count, seconds,
                {StoreFile.Number("temperature_integral")} AS t_sum, {StoreFile.Number("temperature_min")} AS t_min, {StoreFile.Number("temperature_max")} AS t_max,
                {StoreFile.Number("humidity_integral")} AS h_sum, {StoreFile.Number("humidity_min")} AS h_min, {StoreFile.Number("humidity_max")} AS h_max
            FROM rollups)
        SELECT coalesce(s.device_id, c.device_id), coalesce(s.tier, c.tier), coalesce(s.bucket, c.bucket), coalesce(s.count, 0), coalesce(c.count, 0)
        FROM stored s FULL OUTER JOIN computed c USING (device_id, tier, bucket)
        WHERE s.count IS NOT c.count OR s.seconds IS NOT c.seconds OR s.t_min IS NOT c.t_min OR s.t_max IS NOT c.t_max OR s.h_min IS NOT c.h_min OR s.h_max IS NOT c.h_max
            -- Sums of floating point depend on the order in which they were made.
            OR abs(s.t_sum - c.t_sum) > 1e-9 * s.seconds * 100 OR abs(s.h_sum - c.h_sum) > 1e-9 * s.seconds * 100;
        """;

    /// <summary>The rollups that are not what the readings make them, in words.</summary>
    public static IReadOnlyList<string> Differences(StoreFile store) =>
    [
        .. store.Query(s_unequal, row => string.Create(
            CultureInfo.InvariantCulture,
            $"rollup of device {row.GetInt32(0)}, tier {row.GetInt32(1)}, bucket {row.GetInt64(2)} of {row.GetInt64(3)} readings instead of {row.GetInt64(4)}")),
    ];
}
