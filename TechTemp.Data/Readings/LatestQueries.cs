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

/// <summary>The newest readings, as prepared SQL: a seek for each device; a test asserts the plan.</summary>
public sealed class LatestQueries(StoreConnections connections)
{
    internal const string Sql =
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

    /// <summary>The newest reading of every device that has one, ordered by device uid.</summary>
    /// <param name="deviceUid">Only this device; null for all.</param>
    /// <param name="roomUid">Only devices that stand in this room now; null for all.</param>
    /// <param name="homeId">Only devices of this home; null for all.</param>
    /// <param name="calibrated">Whether the device's calibration of that time is added; false for the reading as it was stored.</param>
    /// <exception cref="SqliteException">The store failed.</exception>
    public IReadOnlyList<LatestReading> Read(string? deviceUid = null, string? roomUid = null, string? homeId = null, bool calibrated = true)
    {
        using var connection = connections.Open();
        using var command = connection.Prepare(
            Sql, ("$device", SqliteType.Text), ("$room", SqliteType.Text), ("$home", SqliteType.Text), ("$calibrated", SqliteType.Integer));
        using var reader = command.Bind(0, deviceUid).Bind(1, roomUid).Bind(2, homeId).Bind(3, calibrated).ExecuteReader();
        var latest = new List<LatestReading>();
        while (reader.Read())
        {
            latest.Add(new(reader.GetString(0), reader.StringOrNull(1), reader.GetInt64(2), reader.GetDouble(3), reader.GetDouble(4)));
        }

        return latest;
    }
}
