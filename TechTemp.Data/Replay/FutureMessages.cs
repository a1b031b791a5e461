using System.Data.Common;
using TechTemp.Data.Readings;
using TechTemp.Data.Store;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Replay;

/// <summary>A device with readings that are held because their time has not come.</summary>
/// <param name="DeviceUid">The device.</param>
/// <param name="NewestId">The id of the newest of them.</param>
/// <param name="ReceivedAt">When that one was received, by this machine's clock of then, unix milliseconds UTC.</param>
/// <param name="Ts">The time of measurement that it says, unix milliseconds UTC.</param>
internal readonly record struct FutureDevice(string DeviceUid, long NewestId, long ReceivedAt, long Ts);

/// <summary>Reads the readings that are held because their time has not come: seeks, however many other messages there are; a test asserts SQLite's plans.</summary>
internal static class FutureMessages
{
    // One seek for each device that has held readings, whose number is limited (Retention:HeldDevices); not one for each device that sends junk.
    internal const string DevicesSql =
        """
        WITH RECURSIVE holders(uid) AS (
            SELECT min(device_uid) FROM rejected_messages WHERE is_held = @held
            UNION ALL
            SELECT (SELECT min(device_uid) FROM rejected_messages WHERE is_held = @held AND device_uid > h.uid)
            FROM holders h WHERE h.uid IS NOT NULL)
        SELECT h.uid, m.id, m.received_at, m.topic, m.payload
        FROM holders h
        CROSS JOIN rejected_messages m
        WHERE m.id = (SELECT max(id) FROM rejected_messages WHERE device_uid = h.uid AND reason = @reason);
        """;

    internal const string ChunkSql =
        """
        SELECT id, topic, payload, received_at FROM rejected_messages
        WHERE device_uid = @device AND reason = @reason AND id > @after ORDER BY id LIMIT @rows;
        """;

    /// <summary>The devices.</summary>
    public static ValueTask<List<FutureDevice>> DevicesAsync(IStoreSql sql, CancellationToken cancellationToken) =>
        sql.QueryAsync(DevicesSql, Device, cancellationToken, ("held", true), ("reason", RejectionReasons.InFuture));

    /// <summary>The next messages of a device, in the order of receipt, parsed by the rules of now.</summary>
    /// <param name="sql">The store.</param>
    /// <param name="deviceUid">The device.</param>
    /// <param name="after">The last id of the chunk before; 0 for the first one.</param>
    /// <param name="rows">How many.</param>
    /// <param name="now">Unix milliseconds UTC.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static ValueTask<List<(long Id, IncomingMessage Message)>> ChunkAsync(
        IStoreSql sql, string deviceUid, long after, int rows, long now, CancellationToken cancellationToken) => sql.QueryAsync(
            ChunkSql,
            row => (row.GetInt64(0), Parse(row.GetString(1), row.GetFieldValue<byte[]>(2), row.GetInt64(3), now)),
            cancellationToken,
            ("device", deviceUid), ("reason", RejectionReasons.InFuture), ("after", after), ("rows", rows));

    /// <summary>A row of <see cref="DevicesSql"/>.</summary>
    internal static FutureDevice Device(DbDataReader row)
    {
        var receivedAt = row.GetInt64(2);
        return new(row.GetString(0), row.GetInt64(1), receivedAt, Parse(row.GetString(3), row.GetFieldValue<byte[]>(4), receivedAt, receivedAt).Measurement.Ts);
    }

    private static IncomingMessage Parse(string topic, byte[] payload, long receivedAt, long now) => IncomingMessage.FromReplay(topic, payload, receivedAt, now);
}
