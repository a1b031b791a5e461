using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using TechTemp.Data.Rejections;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Writing;
using TechTemp.Data.Store;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Sqlite.Rejections;

/// <summary>
/// Drops rejected messages that are older than <see cref="RetentionOptions.Rejected"/>, and held ones that are older than
/// <see cref="RetentionOptions.Held"/>, in small steps.
/// <para>
/// A clock that is ahead must not drop what is recent. So ages count to the earlier of two times: what the clock says, and the time that is proven, which is
/// the newest <c>last_seen_at</c> of the devices when this process looked first (the earlier of a reading's own time and that of its receipt, so that two
/// clocks agree on it), and the time that has passed since by the monotonic clock. Where no device was ever seen, the proof is the receipt of the oldest
/// message. Held readings of the future (<see cref="RejectionReasons.InFuture"/>) have no age: the clock that they were received by is in doubt. When the proof is too early, as after a long time without readings, messages are kept for longer; their number is limited all the same.
/// </para>
/// </summary>
public sealed class RejectionRetention(StoreConnections connections, IOptions<RetentionOptions> options, TimeProvider time)
{
    private const int RowsOfAStep = 1_000;

    private (long Time, long Timestamp)? _proof;

    /// <summary>Drops what is too old and not held.</summary>
    /// <returns>How many each step dropped; the caller may pause between two.</returns>
    /// <exception cref="StoreException">The store failed; what was dropped before is dropped.</exception>
    public IEnumerable<int> Drop()
    {
        using var connection = connections.Open();
        var oldest = Now(connection) - (long)options.Value.Rejected.TotalMilliseconds;
        // Looked for by a read: a search that finds nothing goes through all of them, and should not hold the writer's lock.
        using var any = connection.Prepare("SELECT EXISTS (SELECT 1 FROM rejected_messages WHERE is_held = 0 AND received_at < $oldest);", ("$oldest", SqliteType.Integer));
        using var delete = connection.Prepare(
            "DELETE FROM rejected_messages WHERE id IN (SELECT id FROM rejected_messages WHERE is_held = 0 AND received_at < $oldest ORDER BY id LIMIT $rows);",
            ("$oldest", SqliteType.Integer), ("$rows", SqliteType.Integer));
        any.Bind(0, oldest);
        delete.Bind(0, oldest).Bind(1, RowsOfAStep);
        while ((long)any.ExecuteScalar()! != 0)
        {
            yield return delete.ExecuteNonQuery();
        }
    }

    /// <summary>Drops held readings that are too old, and writes down of which devices.</summary>
    /// <returns>What each step dropped; the caller may pause between two.</returns>
    /// <exception cref="StoreException">The store failed; what was dropped before is dropped.</exception>
    public IEnumerable<IReadOnlyList<HeldLoss>> DropHeld()
    {
        using var connection = connections.Open();
        var oldest = Now(connection) - (long)options.Value.Held.TotalMilliseconds;
        using var any = connection.Prepare("SELECT EXISTS (SELECT 1 FROM rejected_messages WHERE is_held = 1 AND reason <> $reason AND received_at < $oldest);", ("$oldest", SqliteType.Integer), ("$reason", SqliteType.Text));
        using var delete = connection.Prepare(
            """
            DELETE FROM rejected_messages
            WHERE id IN (SELECT id FROM rejected_messages WHERE is_held = 1 AND reason <> $reason AND received_at < $oldest LIMIT $rows)
            RETURNING device_uid, home;
            """,
            ("$oldest", SqliteType.Integer), ("$rows", SqliteType.Integer), ("$reason", SqliteType.Text));
        using var record = new Statement(connection, RejectionStatements.RecordDropSql);
        // Not by the time of receipt of a clock that was behind: as soon as it is right, all that was held meanwhile would be too old.
        any.Bind(0, oldest).Bind(1, RejectionReasons.InFuture);
        delete.Bind(0, oldest).Bind(1, RowsOfAStep).Bind(2, RejectionReasons.InFuture);
        while ((long)any.ExecuteScalar()! != 0)
        {
            using var transaction = connection.BeginTransaction(deferred: false);
            delete.Transaction = transaction;
            var losses = Delete(delete);
            foreach (var loss in losses)
            {
                record.Bind(1, loss.DeviceUid).Bind(2, loss.Home).Bind(3, loss.Count).Bind(4, time.GetUtcNow().ToUnixTimeMilliseconds()).Execute();
            }

            transaction.Commit();
            any.Transaction = delete.Transaction = null;
            yield return losses;
        }
    }

    private long Now(SqliteConnection connection)
    {
        var clock = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (_proof is null)
        {
            using var newest = connection.Prepare("SELECT coalesce((SELECT max(last_seen_at) FROM devices), (SELECT min(received_at) FROM rejected_messages));");
            _proof = (newest.ExecuteScalar() is long proven ? proven : clock, time.GetTimestamp());
        }

        var (from, timestamp) = _proof.Value;
        return Math.Min(clock, from + (long)time.GetElapsedTime(timestamp).TotalMilliseconds);
    }

    private static List<HeldLoss> Delete(SqliteCommand delete)
    {
        var dropped = new Dictionary<(string Device, string Home), long>();
        using var reader = delete.Rows();
        while (reader.Read())
        {
            var device = (reader.GetString(0), reader.GetString(1));
            dropped[device] = dropped.GetValueOrDefault(device) + 1;
        }

        return [.. dropped.Select(d => new HeldLoss(d.Key.Device, d.Key.Home, d.Value))];
    }
}
