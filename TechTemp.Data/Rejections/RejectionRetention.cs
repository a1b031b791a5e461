using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using TechTemp.Data.Store;

namespace TechTemp.Data.Rejections;

/// <summary>
/// Drops rejected messages that are older than <see cref="RetentionOptions.Rejected"/>, and held ones that are older than
/// <see cref="RetentionOptions.Held"/>, in small steps.
/// </summary>
public sealed class RejectionRetention(StoreConnections connections, IOptions<RetentionOptions> options, TimeProvider time)
{
    private const int RowsOfAStep = 1_000;

    /// <summary>Drops what is too old and not held.</summary>
    /// <returns>How many each step dropped; the caller may pause between two.</returns>
    /// <exception cref="SqliteException">The store failed; what was dropped before is dropped.</exception>
    public IEnumerable<int> Drop()
    {
        var oldest = (time.GetUtcNow() - options.Value.Rejected).ToUnixTimeMilliseconds();
        using var connection = connections.Open();
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
    /// <exception cref="SqliteException">The store failed; what was dropped before is dropped.</exception>
    public IEnumerable<IReadOnlyList<HeldLoss>> DropHeld()
    {
        var now = time.GetUtcNow();
        var oldest = (now - options.Value.Held).ToUnixTimeMilliseconds();
        using var connection = connections.Open();
        using var any = connection.Prepare("SELECT EXISTS (SELECT 1 FROM rejected_messages WHERE is_held = 1 AND received_at < $oldest);", ("$oldest", SqliteType.Integer));
        using var delete = connection.Prepare(
            """
            DELETE FROM rejected_messages
            WHERE id IN (SELECT id FROM rejected_messages WHERE is_held = 1 AND received_at < $oldest LIMIT $rows)
            RETURNING device_uid, home;
            """,
            ("$oldest", SqliteType.Integer), ("$rows", SqliteType.Integer));
        using var held = new HeldStatements(connection);
        any.Bind(0, oldest);
        delete.Bind(0, oldest).Bind(1, RowsOfAStep);
        while ((long)any.ExecuteScalar()! != 0)
        {
            using var transaction = connection.BeginTransaction(deferred: false);
            held.Enter(transaction, forget: true);
            delete.Transaction = transaction;
            var losses = Delete(delete);
            foreach (var loss in losses)
            {
                held.Record(loss, now.ToUnixTimeMilliseconds());
            }

            transaction.Commit();
            any.Transaction = delete.Transaction = null;
            yield return losses;
        }
    }

    private static List<HeldLoss> Delete(SqliteCommand delete)
    {
        var dropped = new Dictionary<(string Device, string Home), long>();
        using var reader = delete.ExecuteReader();
        while (reader.Read())
        {
            var device = (reader.GetString(0), reader.GetString(1));
            dropped[device] = dropped.GetValueOrDefault(device) + 1;
        }

        return [.. dropped.Select(d => new HeldLoss(d.Key.Device, d.Key.Home, d.Value))];
    }
}
