using TechTemp.Data.Postgres.Connections;
using TechTemp.Data.Rejections;
using TechTemp.Data.Writing;

namespace TechTemp.Data.Postgres.Writing;

/// <summary>The SQL about refused messages.</summary>
internal sealed class RejectionSql(TransactionSql sql)
{
    private const string FindSql =
        """
        SELECT m.n FROM unnest($1, $2, $3) WITH ORDINALITY AS m (digest, topic, payload_size, n)
        WHERE EXISTS (SELECT 1 FROM rejected_messages r WHERE r.digest = m.digest AND r.topic = m.topic AND r.payload_size = m.payload_size);
        """;

    private const string KeepSql =
        """
        INSERT INTO rejected_messages (received_at, topic, device_uid, home, is_held, payload, digest, payload_size, reason, detail)
        SELECT received_at, topic, device_uid, home, is_held, payload, digest, payload_size, reason, detail
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) WITH ORDINALITY
            AS m (received_at, topic, device_uid, home, is_held, payload, digest, payload_size, reason, detail, n)
        ORDER BY n;
        """;

    // Ids rise without reuse: as long as they span no more than that many there is nothing to count. A message that is being replayed is left to the next time: its
    // replay may wait for a device of this transaction.
    private const string DropSql =
        """
        DELETE FROM rejected_messages WHERE id = ANY (ARRAY(
            SELECT id FROM rejected_messages
            WHERE NOT is_held
            AND (SELECT max(id) - min(id) FROM rejected_messages WHERE NOT is_held) >= $1
            AND id <= (SELECT id FROM rejected_messages WHERE NOT is_held ORDER BY id DESC LIMIT 1 OFFSET $1)
            ORDER BY id FOR UPDATE SKIP LOCKED));
        """;

    private const string CountHeldSql =
        """
        SELECT d.n, (SELECT count(*) FROM rejected_messages WHERE is_held AND device_uid = d.device_uid AND home = d.home)
        FROM unnest($1, $2) WITH ORDINALITY AS d (device_uid, home, n);
        """;

    // Of the oldest those that are being replayed are left: they need not be dropped, nor newer ones in their place.
    private const string DropHeldSql =
        """
        WITH dropped AS (
            DELETE FROM rejected_messages WHERE id = ANY (ARRAY(
                SELECT m.id FROM unnest($1, $2, $3) AS e (device_uid, home, rows)
                CROSS JOIN LATERAL (
                    SELECT id FROM rejected_messages WHERE is_held AND device_uid = e.device_uid AND home = e.home ORDER BY id LIMIT e.rows) o
                JOIN rejected_messages m ON m.id = o.id
                ORDER BY m.id FOR UPDATE OF m SKIP LOCKED))
            RETURNING device_uid, home),
        counted AS (SELECT device_uid, home, count(*) AS count FROM dropped GROUP BY device_uid, home),
        recorded AS (
            INSERT INTO held_drops (device_uid, home, count, last_at) SELECT device_uid, home, count, $4 FROM counted ORDER BY device_uid, home
            ON CONFLICT (device_uid, home) DO UPDATE SET count = held_drops.count + excluded.count, last_at = excluded.last_at)
        SELECT device_uid, home, count FROM counted;
        """;

    public async ValueTask FindAsync(IReadOnlyList<RejectedMessage> messages, Memory<bool> isKept, CancellationToken cancellationToken)
    {
        isKept.Span.Clear();
        await sql.ReadAsync(
            FindSql,
            row => isKept.Span[(int)row.GetInt64(0) - 1] = true,
            cancellationToken,
            TransactionSql.Of(messages.Select(m => m.Digest).ToArray()),
            TransactionSql.Of(messages.Select(m => m.Topic).ToArray()),
            TransactionSql.Of(messages.Select(m => m.PayloadSize).ToArray()));
    }

    public async ValueTask KeepAsync(IReadOnlyList<RejectedMessage> messages, CancellationToken cancellationToken) => await sql.ExecuteAsync(
        KeepSql,
        cancellationToken,
        TransactionSql.Of(messages.Select(m => m.ReceivedAt.ToUnixTimeMilliseconds()).ToArray()),
        TransactionSql.Of(messages.Select(m => m.Topic).ToArray()),
        TransactionSql.Of(messages.Select(m => m.DeviceUid).ToArray()),
        TransactionSql.Of(messages.Select(m => m.Home).ToArray()),
        TransactionSql.Of(messages.Select(m => m.IsHeld).ToArray()),
        TransactionSql.Of(messages.Select(m => m.Payload).ToArray()),
        TransactionSql.Of(messages.Select(m => m.Digest).ToArray()),
        TransactionSql.Of(messages.Select(m => m.PayloadSize).ToArray()),
        TransactionSql.Of(messages.Select(m => m.Reason).ToArray()),
        TransactionSql.Of(messages.Select(m => m.Detail).ToArray()));

    public ValueTask<int> DropAsync(int rows, CancellationToken cancellationToken) => sql.ExecuteAsync(DropSql, cancellationToken, TransactionSql.Of(rows));

    public async ValueTask CountHeldAsync(IReadOnlyList<HeldDevice> devices, Memory<long> counts, CancellationToken cancellationToken) => await sql.ReadAsync(
        CountHeldSql,
        row => counts.Span[(int)row.GetInt64(0) - 1] = row.GetInt64(1),
        cancellationToken,
        TransactionSql.Of(devices.Select(d => d.DeviceUid).ToArray()),
        TransactionSql.Of(devices.Select(d => d.Home).ToArray()));

    public ValueTask<long> CountHeldDevicesAsync(CancellationToken cancellationToken) =>
        sql.NumberAsync("SELECT count(*) FROM (SELECT DISTINCT device_uid, home FROM rejected_messages WHERE is_held) d;", cancellationToken);

    public async ValueTask<IReadOnlyList<HeldLoss>> DropHeldAsync(IReadOnlyList<HeldLoss> excess, long now, CancellationToken cancellationToken)
    {
        var losses = new List<HeldLoss>(excess.Count);
        await sql.ReadAsync(
            DropHeldSql,
            row => losses.Add(new(row.GetString(0), row.GetString(1), row.GetInt64(2))),
            cancellationToken,
            TransactionSql.Of(excess.Select(e => e.DeviceUid).ToArray()),
            TransactionSql.Of(excess.Select(e => e.Home).ToArray()),
            TransactionSql.Of(excess.Select(e => e.Count).ToArray()),
            TransactionSql.Of(now));
        return losses;
    }
}
