using Microsoft.Data.Sqlite;
using TechTemp.Data.Store;

namespace TechTemp.Data.Rollups;

/// <summary>The table of rollups: one row for each device, tier and interval that has a reading.</summary>
internal static class RollupRows
{
    public const string RangeSql =
        $"""
        SELECT bucket, {Values} FROM rollups
        WHERE device_id = ?1 AND tier = ?2 AND bucket BETWEEN ?3 AND ?4
        ORDER BY bucket;
        """;

    private const string Values = "count, seconds, temperature_integral, temperature_min, temperature_max, humidity_integral, humidity_min, humidity_max";

    public static Statement Range(SqliteConnection connection) => new(connection, RangeSql);

    public static Statement Upsert(SqliteConnection connection) =>
        new(connection, $"INSERT OR REPLACE INTO rollups (device_id, tier, bucket, {Values}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11);");

    public static Statement Delete(SqliteConnection connection) =>
        new(connection, "DELETE FROM rollups WHERE device_id = ?1 AND tier = ?2 AND bucket BETWEEN ?3 AND ?4;");

    public static Statement BindRange(this Statement statement, int deviceId, RollupTier tier, long first, long last) =>
        statement.Bind(1, deviceId).Bind(2, (long)tier).Bind(3, first).Bind(4, last);

    /// <summary>The interval's number, counted from 1970, of the row of <see cref="RangeSql"/> that the statement stands on.</summary>
    public static long Bucket(this Statement row) => row.Long(0);

    /// <summary>What that row says.</summary>
    public static Rollup Rollup(this Statement row) => new()
    {
        Count = row.Long(1),
        Seconds = row.Long(2),
        TemperatureIntegral = row.Number(3),
        TemperatureMin = row.Number(4),
        TemperatureMax = row.Number(5),
        HumidityIntegral = row.Number(6),
        HumidityMin = row.Number(7),
        HumidityMax = row.Number(8),
    };

    public static void Write(Statement upsert, int deviceId, RollupTier tier, long bucket, in Rollup rollup) => upsert
        .Bind(1, deviceId).Bind(2, (long)tier).Bind(3, bucket).Bind(4, rollup.Count).Bind(5, rollup.Seconds)
        .BindSum(6, rollup.TemperatureIntegral).BindNumber(7, rollup.TemperatureMin).BindNumber(8, rollup.TemperatureMax)
        .BindSum(9, rollup.HumidityIntegral).BindNumber(10, rollup.HumidityMin).BindNumber(11, rollup.HumidityMax)
        .Execute();
}
