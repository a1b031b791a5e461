using Microsoft.Data.Sqlite;
using TechTemp.Data.Readings;
using TechTemp.Data.Rejections;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Sqlite.Readings;

/// <summary>The prepared SQL that keeps refused messages, over one connection and inside its caller's transaction. Not thread-safe.</summary>
internal sealed class RejectionStatements : IDisposable
{
    internal const string FindSql =
        "SELECT EXISTS (SELECT 1 FROM rejected_messages WHERE digest = $digest AND topic = $topic AND payload_size = $payload_size);";

    private readonly SqliteCommand _keep;
    private readonly SqliteCommand _drop;
    private readonly SqliteCommand _find;
    private readonly HeldStatements _held;
    private readonly SqliteCommand[] _commands;

    public RejectionStatements(SqliteConnection connection)
    {
        _keep = connection.Prepare(
            """
            INSERT INTO rejected_messages (received_at, topic, device_uid, payload, payload_size, reason, detail, home, is_held, digest)
            VALUES ($received_at, $topic, $device_uid, $payload, $payload_size, $reason, $detail, $home, $is_held, $digest);
            """,
            ("$received_at", SqliteType.Integer), ("$topic", SqliteType.Text), ("$device_uid", SqliteType.Text),
            ("$payload", SqliteType.Blob), ("$payload_size", SqliteType.Integer), ("$reason", SqliteType.Text), ("$detail", SqliteType.Text),
            ("$home", SqliteType.Text), ("$is_held", SqliteType.Integer), ("$digest", SqliteType.Blob));
        // Ids rise without reuse: as long as they span no more than that many there is nothing to count. Replayed messages
        // leave gaps, and held ones stand between, so the span may be wider than the rows are many.
        _drop = connection.Prepare(
            """
            DELETE FROM rejected_messages
            WHERE (SELECT max(id) FROM rejected_messages INDEXED BY IX_rejected_messages_others WHERE is_held = 0)
                - (SELECT min(id) FROM rejected_messages INDEXED BY IX_rejected_messages_others WHERE is_held = 0) >= $rows
            AND id IN (
                SELECT id FROM rejected_messages INDEXED BY IX_rejected_messages_others
                WHERE is_held = 0 AND id <= (
                    SELECT id FROM rejected_messages INDEXED BY IX_rejected_messages_others WHERE is_held = 0 ORDER BY id DESC LIMIT 1 OFFSET $rows));
            """,
            ("$rows", SqliteType.Integer));
        _find = connection.Prepare(FindSql, ("$digest", SqliteType.Blob), ("$topic", SqliteType.Text), ("$payload_size", SqliteType.Integer));
        _commands = [_keep, _drop, _find];
        _held = new(connection);
    }

    /// <summary>Enters a transaction.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="forget">Whether somebody else has written since the last one.</param>
    public void Enter(SqliteTransaction transaction, bool forget)
    {
        _held.Enter(transaction, forget);
        foreach (var command in _commands)
        {
            command.Transaction = transaction;
        }
    }

    /// <summary>
    /// Keeps a refused MQTT message. The same message is kept once when the broker sends it again because its acknowledgement was lost. So is a reading of the
    /// future: its sender sends it again as a new message until the state says that it has come.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="rejection">Why it is refused.</param>
    /// <param name="limits">How many are held.</param>
    /// <param name="isOfKnownDevice">Whether it is held whatever the number of devices that have held readings: its device is in the store, which bounds them.</param>
    /// <returns>False when it was kept before.</returns>
    public bool Keep(IncomingMessage message, Rejection rejection, RetentionOptions limits, bool isOfKnownDevice)
    {
        var payload = message.Payload.Span[..Math.Min(message.Payload.Length, RejectedMessage.MaxPayloadBytes)];
        var digest = RejectedMessage.DigestOf(payload);
        if ((message.IsRedelivery || rejection.Reason == RejectionReasons.InFuture)
            && (long)_find.Bind(0, digest).Bind(1, message.Topic).Bind(2, message.Payload.Length).ExecuteScalar()! != 0)
        {
            return false;
        }

        // Valid readings: no junk drops them.
        var isHeld = rejection.Reason is RejectionReasons.UnknownDevice or RejectionReasons.NotStorable or RejectionReasons.InFuture
            && _held.TryHold(message, isOfKnownDevice ? int.MaxValue : limits.HeldDevices);
        var detail = isHeld || rejection.Reason != RejectionReasons.UnknownDevice
            ? rejection.Detail
            : $"device {message.DeviceUid} is not provisioned, and readings of {limits.HeldDevices} such devices (Retention:HeldDevices) are held already; it is kept among the rejected messages";
        _keep
            .Bind(0, message.ReceivedAt).Bind(1, message.Topic).Bind(2, message.DeviceUid).Bind(3, payload.ToArray())
            .Bind(4, message.Payload.Length).Bind(5, rejection.Reason).Bind(6, detail).Bind(7, message.HomeId).Bind(8, isHeld ? 1 : 0).Bind(9, digest)
            .ExecuteNonQuery();
        return true;
    }

    /// <summary>Drops what is beyond the quota of held readings, device by device.</summary>
    public IReadOnlyList<HeldLoss> DropHeld(int perDevice, long now) => _held.Drop(perDevice, now);

    /// <summary>Drops the oldest refused messages beyond this many rows; held ones are not among them.</summary>
    /// <returns>How many were dropped.</returns>
    public int Drop(int rows) => _drop.Bind(0, rows).ExecuteNonQuery();

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var command in _commands)
        {
            command.Dispose();
        }

        _held.Dispose();
    }
}
