using System.Globalization;
using Microsoft.Data.Sqlite;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Pages;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Sqlite.Backup;

/// <summary>How much there is in a store, for whoever is about to replace it.</summary>
/// <param name="Readings">Single readings.</param>
/// <param name="Devices">Devices.</param>
/// <param name="Newest">Time of the newest reading, unix milliseconds; null where there is none.</param>
internal sealed record StoreContent(long Readings, long Devices, long? Newest)
{
    /// <summary>Counts.</summary>
    /// <exception cref="StoreException">It cannot be read.</exception>
    public static StoreContent Of(SqliteConnection connection)
    {
        using var command = connection.Prepare("SELECT count(*), (SELECT count(*) FROM devices), max(ts) FROM readings;");
        using var reader = command.Rows();
        reader.Read();
        return new(reader.GetInt64(0) + CountSealed(connection), reader.GetInt64(1), reader.LongOrNull(2));
    }

    private static long CountSealed(SqliteConnection connection)
    {
        using var heads = new Statement(connection, "SELECT head FROM pages WHERE length(body) > 0;");
        var count = 0L;
        while (heads.Step())
        {
            count += PageHead.CountOf(heads.Blob(0));
        }

        return count;
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
    /// <exception cref="StoreException">It cannot be read.</exception>
    public static string? FindWrong(SqliteConnection connection)
    {
        using (var orphans = connection.Prepare("SELECT \"table\", parent FROM pragma_foreign_key_check LIMIT 1;"))
        using (var reader = orphans.Rows())
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
            : Any(connection, "readings", "temperature IS NULL AND humidity IS NULL AND more IS NULL") ? "a reading has no value"
            : FindWrongValue(connection, QuantityRegistry.Temperature) is { } temperature ? temperature
            : FindWrongValue(connection, QuantityRegistry.Humidity) is { } humidity ? humidity
            : FindWrongValue(connection) is { } other ? other
            : FindWrongPage(connection) is { } wrong ? wrong
            : Any(connection, "kept_retained", $"NOT ({IsText("topic")} AND {IsPacket("publish")})") ? "a retained message is impossible"
            : Any(connection, "kept_sessions", $"NOT ({IsText("client_id")} AND (user_name IS NULL OR {IsText("user_name")}) AND {IsPacket("subscriptions")})") ? "a session of a client is impossible"
            : Any(connection, "kept_messages", $"NOT ({IsText("client_id")} AND typeof(position) = 'integer' AND {IsPacket("publish")})") ? "a queued message is impossible"
            : null;
    }

    // See StoredNumber: an INTEGER is hundredths.
    private static string? FindWrongValue(SqliteConnection connection, Quantity quantity)
    {
        var (column, least, most) = (quantity.Key, quantity.Least, quantity.Greatest);
        var isValid = string.Create(
            CultureInfo.InvariantCulture,
            $"CASE typeof({column}) WHEN 'null' THEN 1 WHEN 'integer' THEN {column} BETWEEN {least * 100} AND {most * 100} WHEN 'real' THEN {column} BETWEEN {least} AND {most} ELSE 0 END");
        return Any(connection, "readings", $"NOT ({isValid})") ? $"a reading has an impossible {column}" : null;
    }

    private static string? FindWrongValue(SqliteConnection connection)
    {
        using var others = new Statement(connection, "SELECT more FROM readings WHERE more IS NOT NULL;");
        while (others.Step())
        {
            if (!MoreValues.IsValid(others.Blob(0)))
            {
                return "a reading has impossible values";
            }
        }

        return null;
    }

    private static string? FindWrongPage(SqliteConnection connection)
    {
        using var pages = new Statement(connection, PageTable.RangeSql);
        using var device = new Statement(connection, "SELECT 1 FROM devices WHERE id = ?1;");
        for (pages.Bind(1, long.MinValue).Bind(2, long.MaxValue); pages.Step();)
        {
            if (PageVerification.FindWrong(pages.Key(), pages.Head(), pages.Body()) is { } wrong)
            {
                return wrong;
            }

            var hasDevice = device.Bind(1, PageKey.DeviceOf(pages.Long(0))).Step();
            device.Reset();
            if (!hasDevice)
            {
                return "a page belongs to a device that is not there";
            }
        }

        return null;
    }

    private static bool Any(SqliteConnection connection, string table, string condition) =>
        connection.ScalarLong($"SELECT EXISTS (SELECT 1 FROM {table} WHERE {condition});") != 0;

    private static string IsUid(string column) =>
        $"typeof({column}) = 'text' AND length({column}) BETWEEN 1 AND {Uids.MaxLength} AND {column} NOT GLOB '*[^A-Za-z0-9_-]*' AND instr({column}, char(0)) = 0";

    // MQTT 5, section 1.5.4: no U+0000.
    private static string IsText(string column) => $"typeof({column}) = 'text' AND instr({column}, char(0)) = 0";

    // Whether it can be decoded is the broker's question.
    private static string IsPacket(string column) => $"typeof({column}) = 'blob' AND typeof(expires_at) IN ('integer', 'null')";
}
