using Microsoft.Data.Sqlite;
using TechTemp.Data.Store;

namespace TechTemp.Data.Readings;

/// <summary>A device's newest reading, with its device and the room where the device stands now.</summary>
/// <param name="DeviceUid">The device.</param>
/// <param name="RoomUid">The room where it stands now; null when none.</param>
/// <param name="Ts">Unix milliseconds UTC.</param>
/// <param name="Temperature">°C.</param>
/// <param name="Humidity">%.</param>
public sealed record LatestReading(string DeviceUid, string? RoomUid, long Ts, double Temperature, double Humidity);

/// <summary>One stored reading.</summary>
/// <param name="Ts">Unix milliseconds UTC.</param>
/// <param name="Temperature">°C.</param>
/// <param name="Humidity">%.</param>
/// <param name="Source">The way it came in.</param>
public readonly record struct RawReading(long Ts, double Temperature, double Humidity, ReadingSource Source);

/// <summary>The time-series questions, as prepared SQL. Each is a seek on the key of readings; a test asserts the plans.</summary>
public sealed class ReadingQueries(StoreConnections connections)
{
    internal const string LatestSql =
        """
        SELECT d.uid, r.uid, x.ts, x.temperature + coalesce(c.temperature_offset, 0), x.humidity + coalesce(c.humidity_offset, 0)
        FROM devices d
        JOIN readings x ON x.device_id = d.id AND x.ts = (SELECT max(ts) FROM readings WHERE device_id = d.id)
        LEFT JOIN calibrations c ON $calibrated AND c.device_id = d.id
            AND c.from_ts = (SELECT max(from_ts) FROM calibrations WHERE device_id = d.id AND from_ts <= x.ts)
        LEFT JOIN placements p ON p.device_id = d.id AND p.to_ts IS NULL
        LEFT JOIN rooms r ON r.id = p.room_id
        WHERE ($device IS NULL OR d.uid = $device) AND ($room IS NULL OR r.uid = $room) AND ($home IS NULL OR d.home = $home)
        ORDER BY d.uid;
        """;

    internal const string RangeSql =
        """
        SELECT ts, temperature, humidity, source FROM readings
        WHERE device_id = $device_id AND ts BETWEEN $from AND $to
        ORDER BY ts DESC LIMIT $limit;
        """;

    /// <summary>The newest reading of every device that has one, ordered by device uid.</summary>
    /// <param name="deviceUid">Only this device; null for all.</param>
    /// <param name="roomUid">Only devices that stand in this room now; null for all.</param>
    /// <param name="homeId">Only devices of this home; null for all.</param>
    /// <param name="calibrated">Whether the device's calibration of that time is added; false for the reading as it was stored.</param>
    /// <exception cref="SqliteException">The store failed.</exception>
    public IReadOnlyList<LatestReading> Latest(string? deviceUid = null, string? roomUid = null, string? homeId = null, bool calibrated = true)
    {
        using var connection = connections.Open();
        using var command = connection.Prepare(
            LatestSql, ("$device", SqliteType.Text), ("$room", SqliteType.Text), ("$home", SqliteType.Text), ("$calibrated", SqliteType.Integer));
        using var reader = command.Bind(0, deviceUid).Bind(1, roomUid).Bind(2, homeId).Bind(3, calibrated).ExecuteReader();
        var latest = new List<LatestReading>();
        while (reader.Read())
        {
            latest.Add(new(reader.GetString(0), reader.StringOrNull(1), reader.GetInt64(2), reader.GetDouble(3), reader.GetDouble(4)));
        }

        return latest;
    }

    /// <summary>A device's readings, newest first, read as they are taken.</summary>
    /// <param name="deviceId">The store's key of the device.</param>
    /// <param name="from">First time, unix milliseconds UTC, inclusive.</param>
    /// <param name="to">Last time, inclusive.</param>
    /// <param name="limit">How many at most; −1 for all.</param>
    /// <exception cref="SqliteException">The store failed.</exception>
    public IEnumerable<RawReading> Range(int deviceId, long from, long to, int limit = -1)
    {
        using var connection = connections.Open();
        using var command = connection.Prepare(
            RangeSql, ("$device_id", SqliteType.Integer), ("$from", SqliteType.Integer), ("$to", SqliteType.Integer), ("$limit", SqliteType.Integer));
        using var reader = command.Bind(0, deviceId).Bind(1, from).Bind(2, to).Bind(3, limit).ExecuteReader();
        while (reader.Read())
        {
            yield return new(reader.GetInt64(0), reader.GetDouble(1), reader.GetDouble(2), (ReadingSource)reader.GetInt32(3));
        }
    }
}
