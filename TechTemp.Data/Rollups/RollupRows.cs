using Microsoft.Data.Sqlite;
using SQLitePCL;
using TechTemp.Data.Store;

namespace TechTemp.Data.Rollups;

/// <summary>The table of rollups: one row for each device, tier and interval that has a reading.</summary>
internal static class RollupRows
{
    public const string RangeSql =
        $"""
        SELECT bucket, {Values} FROM rollups
        WHERE device_id = $device_id AND tier = $tier AND bucket BETWEEN $first AND $last
        ORDER BY bucket;
        """;

    private const string Values = "count, temperature_sum, temperature_min, temperature_max, humidity_sum, humidity_min, humidity_max";

    public static SqliteCommand Range(SqliteConnection connection) => connection.Prepare(
        RangeSql,
        ("$device_id", SqliteType.Integer), ("$tier", SqliteType.Integer), ("$first", SqliteType.Integer), ("$last", SqliteType.Integer));

    public static SqliteCommand Upsert(SqliteConnection connection) => connection.Prepare(
        $"""
        INSERT OR REPLACE INTO rollups (device_id, tier, bucket, {Values})
        VALUES ($device_id, $tier, $bucket, $count, $t_sum, $t_min, $t_max, $h_sum, $h_min, $h_max);
        """,
        ("$device_id", SqliteType.Integer), ("$tier", SqliteType.Integer), ("$bucket", SqliteType.Integer), ("$count", SqliteType.Integer),
        // Integer or real, as each number is.
        ("$t_sum", null), ("$t_min", null), ("$t_max", null), ("$h_sum", null), ("$h_min", null), ("$h_max", null));

    public static SqliteCommand Delete(SqliteConnection connection) => connection.Prepare(
        "DELETE FROM rollups WHERE device_id = $device_id AND tier = $tier AND bucket BETWEEN $first AND $last;",
        ("$device_id", SqliteType.Integer), ("$tier", SqliteType.Integer), ("$first", SqliteType.Integer), ("$last", SqliteType.Integer));

    /// <summary>The row of <see cref="RangeSql"/> that the statement stands on.</summary>
    public static Rollup Read(sqlite3_stmt row) => new()
    {
        Count = raw.sqlite3_column_int64(row, 1),
        TemperatureSum = RollupNumber.Decode(row, 2),
        TemperatureMin = RollupNumber.Decode(row, 3),
        TemperatureMax = RollupNumber.Decode(row, 4),
        HumiditySum = RollupNumber.Decode(row, 5),
        HumidityMin = RollupNumber.Decode(row, 6),
        HumidityMax = RollupNumber.Decode(row, 7),
    };

    public static void Write(SqliteCommand upsert, int deviceId, RollupTier tier, long bucket, in Rollup rollup) => upsert
        .Bind(0, deviceId).Bind(1, (int)tier).Bind(2, bucket).Bind(3, rollup.Count)
        .Bind(4, RollupNumber.EncodeSum(rollup.TemperatureSum)).Bind(5, RollupNumber.Encode(rollup.TemperatureMin)).Bind(6, RollupNumber.Encode(rollup.TemperatureMax))
        .Bind(7, RollupNumber.EncodeSum(rollup.HumiditySum)).Bind(8, RollupNumber.Encode(rollup.HumidityMin)).Bind(9, RollupNumber.Encode(rollup.HumidityMax))
        .ExecuteNonQuery();
}
