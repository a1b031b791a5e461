using System.Globalization;
using Microsoft.Data.Sqlite;
using TechTemp.Data.Readings;

namespace TechTemp.Data.Store;

/// <summary>How much there is in a store, for whoever is about to replace it.</summary>
/// <param name="Readings">Single readings.</param>
/// <param name="Devices">Devices.</param>
/// <param name="Newest">Time of the newest reading, unix milliseconds; null where there is none.</param>
internal sealed record StoreContent(long Readings, long Devices, long? Newest)
{
    /// <summary>Counts.</summary>
    /// <exception cref="SqliteException">It cannot be read.</exception>
    public static StoreContent Of(SqliteConnection connection)
    {
        using var command = connection.Prepare("SELECT count(*), (SELECT count(*) FROM devices), max(ts) FROM readings;");
        using var reader = command.ExecuteReader();
        reader.Read();
        return new(reader.GetInt64(0), reader.GetInt64(1), reader.LongOrNull(2));
    }

    /// <inheritdoc />
    public override string ToString()
    {
        var newest = Newest switch
        {
            null => "",
            // Of a store that nobody has checked.
            < -62_135_596_800_000 or > 253_402_300_799_999 => ", the newest at no possible time",
            { } ts => string.Create(CultureInfo.InvariantCulture, $", the newest of {DateTimeOffset.FromUnixTimeMilliseconds(ts).UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{Readings:N0} readings of {Devices:N0} devices{newest}");
    }

    /// <summary>Looks for what this program never writes, in a store of this version.</summary>
    /// <returns>The first thing that is wrong; null when nothing is.</returns>
    /// <exception cref="SqliteException">It cannot be read.</exception>
    public static string? FindWrong(SqliteConnection connection)
    {
        using (var orphans = connection.Prepare("SELECT \"table\", parent FROM pragma_foreign_key_check LIMIT 1;"))
        using (var reader = orphans.ExecuteReader())
        {
            if (reader.Read())
            {
                return $"a row of {reader.GetString(0)} belongs to a row of {reader.GetString(1)} that is not there";
            }
        }

        return Any(connection, "devices", $"NOT ({IsUid("uid")})") ? "a device has an impossible id"
            : Any(connection, "rooms", $"NOT ({IsUid("uid")})") ? "a room has an impossible id"
            : Any(connection, "placements", "to_ts < from_ts") ? "a device left a room before it came there"
            : Any(connection, "readings", $"ts < {ReadingRules.MinTs}") ? "a reading is from before 2000"
            : Any(connection, "readings", $"NOT ({IsWithin("temperature", ReadingRules.MinTemperature, ReadingRules.MaxTemperature)})") ? "a reading has an impossible temperature"
            : Any(connection, "readings", $"NOT ({IsWithin("humidity", ReadingRules.MinHumidity, ReadingRules.MaxHumidity)})") ? "a reading has an impossible humidity"
            // Those of the backlog are made again before they are read.
            : Any(connection, "rollups", $"NOT ({IsPositive("count")} AND {IsPositive("seconds")}) AND device_id NOT IN (SELECT device_id FROM rollup_backlog)") ? "a rollup stands for no time"
            : Any(connection, "kept_retained", $"NOT ({IsText("topic")} AND {IsPacket("publish")})") ? "a retained message is impossible"
            : Any(connection, "kept_sessions", $"NOT ({IsText("client_id")} AND (user_name IS NULL OR {IsText("user_name")}) AND {IsPacket("subscriptions")})") ? "a session of a client is impossible"
            : Any(connection, "kept_messages", $"NOT ({IsText("client_id")} AND typeof(position) = 'integer' AND {IsPacket("publish")})") ? "a queued message is impossible"
            : null;
    }

    private static bool Any(SqliteConnection connection, string table, string condition) =>
        connection.ScalarLong($"SELECT EXISTS (SELECT 1 FROM {table} WHERE {condition});") != 0;

    private static string IsUid(string column) =>
        $"typeof({column}) = 'text' AND length({column}) BETWEEN 1 AND {Uids.MaxLength} AND {column} NOT GLOB '*[^A-Za-z0-9_-]*' AND instr({column}, char(0)) = 0";

    private static string IsPositive(string column) => $"typeof({column}) = 'integer' AND {column} > 0";

    // MQTT 5, section 1.5.4: no U+0000.
    private static string IsText(string column) => $"typeof({column}) = 'text' AND instr({column}, char(0)) = 0";

    // Whether it can be decoded is the broker's question.
    private static string IsPacket(string column) => $"typeof({column}) = 'blob' AND typeof(expires_at) IN ('integer', 'null')";

    // See StoredNumber: an INTEGER is hundredths.
    private static string IsWithin(string column, double least, double most) => string.Create(
        CultureInfo.InvariantCulture,
        $"CASE typeof({column}) WHEN 'integer' THEN {column} BETWEEN {least * 100} AND {most * 100} WHEN 'real' THEN {column} BETWEEN {least} AND {most} ELSE 0 END");
}
