using Microsoft.Data.Sqlite;
using TechTemp.Data.Rejections;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Writing;

namespace TechTemp.Data.Sqlite.Writing;

/// <summary>The prepared SQL of a session about refused messages.</summary>
internal sealed class RejectionStatements : IDisposable
{
    internal const string FindSql =
        "SELECT EXISTS (SELECT 1 FROM rejected_messages WHERE digest = $digest AND topic = $topic AND payload_size = $payload_size);";

    // The device's uid, its home, how many, and when, unix milliseconds UTC.
    private const string RecordDropSql =
        """
        INSERT INTO held_drops (device_uid, home, count, last_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (device_uid, home) DO UPDATE SET count = count + excluded.count, last_at = excluded.last_at;
        """;

    private readonly Statement _find;
    private readonly Statement _keep;
    private readonly Statement _drop;
    private readonly Statement _countHeld;
    private readonly Statement _countHeldDevices;
    private readonly Statement _dropHeld;
    private readonly Statement _recordDrop;
    private readonly Statement[] _statements;

    public RejectionStatements(SqliteConnection connection)
    {
        _find = new(connection, FindSql);
        _keep = new(
            connection,
            """
            INSERT INTO rejected_messages (received_at, topic, device_uid, payload, payload_size, reason, detail, home, is_held, digest)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10);
            """);
        // Ids rise without reuse: as long as they span no more than that many there is nothing to count. Replayed messages
        // leave gaps, and held ones stand between, so the span may be wider than the rows are many.
        _drop = new(
            connection,
            """
            DELETE FROM rejected_messages
            WHERE (SELECT max(id) FROM rejected_messages INDEXED BY IX_rejected_messages_others WHERE is_held = 0)
                - (SELECT min(id) FROM rejected_messages INDEXED BY IX_rejected_messages_others WHERE is_held = 0) >= ?1
            AND id IN (
                SELECT id FROM rejected_messages INDEXED BY IX_rejected_messages_others
                WHERE is_held = 0 AND id <= (
                    SELECT id FROM rejected_messages INDEXED BY IX_rejected_messages_others WHERE is_held = 0 ORDER BY id DESC LIMIT 1 OFFSET ?1));
            """);
        _countHeld = new(connection, "SELECT count(*) FROM rejected_messages WHERE is_held = 1 AND device_uid = ?1 AND home = ?2;");
        _countHeldDevices = new(connection, "SELECT count(*) FROM (SELECT DISTINCT device_uid, home FROM rejected_messages WHERE is_held = 1);");
        _dropHeld = new(
            connection,
            """
            DELETE FROM rejected_messages WHERE id IN (
                SELECT id FROM rejected_messages INDEXED BY IX_rejected_messages_held
                WHERE is_held = 1 AND device_uid = ?1 AND home = ?2 ORDER BY id LIMIT ?3);
            """);
        _recordDrop = new(connection, RecordDropSql);
        _statements = [_find, _keep, _drop, _countHeld, _countHeldDevices, _dropHeld, _recordDrop];
    }

    public void Find(IReadOnlyList<RejectedMessage> messages, Span<bool> isKept)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            isKept[i] = _find.Bind(1, messages[i].Digest).Bind(2, messages[i].Topic).Bind(3, messages[i].PayloadSize).Scalar() != 0;
        }
    }

    public void Keep(IReadOnlyList<RejectedMessage> messages)
    {
        foreach (var message in messages)
        {
            _keep
                .Bind(1, message.ReceivedAt.ToUnixTimeMilliseconds()).Bind(2, message.Topic).Bind(3, message.DeviceUid).Bind(4, message.Payload)
                .Bind(5, message.PayloadSize).Bind(6, message.Reason).Bind(7, message.Detail).Bind(8, message.Home).Bind(9, message.IsHeld ? 1L : 0L)
                .Bind(10, message.Digest).Execute();
        }
    }

    public int Drop(int rows) => _drop.Bind(1, rows).Execute();

    public void CountHeld(IReadOnlyList<HeldDevice> devices, Span<long> counts)
    {
        for (var i = 0; i < devices.Count; i++)
        {
            counts[i] = _countHeld.Bind(1, devices[i].DeviceUid).Bind(2, devices[i].Home).Scalar();
        }
    }

    public long CountHeldDevices() => _countHeldDevices.Scalar();

    public IReadOnlyList<HeldLoss> DropHeld(IReadOnlyList<HeldLoss> excess, long now)
    {
        var losses = new List<HeldLoss>(excess.Count);
        foreach (var (device, home, count) in excess)
        {
            var dropped = _dropHeld.Bind(1, device).Bind(2, home).Bind(3, count).Execute();
            _recordDrop.Bind(1, device).Bind(2, home).Bind(3, dropped).Bind(4, now).Execute();
            losses.Add(new(device, home, dropped));
        }

        return losses;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var statement in _statements)
        {
            statement.Dispose();
        }
    }
}
