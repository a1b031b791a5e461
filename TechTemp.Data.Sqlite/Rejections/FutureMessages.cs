using Microsoft.Data.Sqlite;
using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Sqlite.Rejections;

/// <summary>A device with readings that are held because their time has not come.</summary>
/// <param name="DeviceUid">The device.</param>
/// <param name="NewestId">The id of the newest of them.</param>
/// <param name="ReceivedAt">When that one was received, by this machine's clock of then, unix milliseconds UTC.</param>
/// <param name="Ts">The time of measurement that it says, unix milliseconds UTC.</param>
internal readonly record struct FutureDevice(string DeviceUid, long NewestId, long ReceivedAt, long Ts);

/// <summary>Reads the readings that are held because their time has not come: seeks, however many other messages there are; a test asserts the plans.</summary>
internal static class FutureMessages
{
    // One seek for each device that has held readings, whose number is limited (Retention:HeldDevices); not one for each device that sends junk.
    internal const string DevicesSql =
        """
        WITH RECURSIVE holders(uid) AS (
            SELECT min(device_uid) FROM rejected_messages INDEXED BY IX_rejected_messages_held WHERE is_held = 1
            UNION ALL
            SELECT (SELECT min(device_uid) FROM rejected_messages INDEXED BY IX_rejected_messages_held WHERE is_held = 1 AND device_uid > h.uid)
            FROM holders h WHERE h.uid IS NOT NULL)
        SELECT h.uid, m.id, m.received_at, m.topic, m.payload
        FROM holders h
        CROSS JOIN rejected_messages m ON m.id = (
            SELECT max(id) FROM rejected_messages INDEXED BY IX_rejected_messages_device_uid_reason WHERE device_uid = h.uid AND reason = $reason);
        """;

    internal const string ChunkSql =
        """
        SELECT id, topic, payload, received_at FROM rejected_messages INDEXED BY IX_rejected_messages_device_uid_reason
        WHERE device_uid = $device AND reason = $reason AND id > $after ORDER BY id LIMIT $rows;
        """;

    /// <summary>The devices.</summary>
    public static List<FutureDevice> Devices(SqliteConnection connection)
    {
        using var command = connection.Prepare(DevicesSql, ("$reason", SqliteType.Text));
        using var reader = command.Bind(0, RejectionReasons.InFuture).Rows();
        var devices = new List<FutureDevice>();
        while (reader.Read())
        {
            var receivedAt = reader.GetInt64(2);
            devices.Add(new(reader.GetString(0), reader.GetInt64(1), receivedAt, Parse(reader.GetString(3), (byte[])reader.GetValue(4), receivedAt, receivedAt).Measurement.Ts));
        }

        return devices;
    }

    /// <summary>The next messages of a device, in the order of receipt, parsed by the rules of now.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="deviceUid">The device.</param>
    /// <param name="after">The last id of the chunk before; 0 for the first one.</param>
    /// <param name="rows">How many.</param>
    /// <param name="now">Unix milliseconds UTC.</param>
    public static List<(long Id, IncomingMessage Message)> Chunk(SqliteConnection connection, string deviceUid, long after, int rows, long now)
    {
        using var command = connection.Prepare(
            ChunkSql, ("$device", SqliteType.Text), ("$reason", SqliteType.Text), ("$after", SqliteType.Integer), ("$rows", SqliteType.Integer));
        using var reader = command.Bind(0, deviceUid).Bind(1, RejectionReasons.InFuture).Bind(2, after).Bind(3, rows).Rows();
        var messages = new List<(long, IncomingMessage)>();
        while (reader.Read())
        {
            messages.Add((reader.GetInt64(0), Parse(reader.GetString(1), (byte[])reader.GetValue(2), reader.GetInt64(3), now)));
        }

        return messages;
    }

    private static IncomingMessage Parse(string topic, byte[] payload, long receivedAt, long now) => IncomingMessage.FromReplay(topic, payload, receivedAt, now);
}
