using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using TechTemp.Data.Readings;
using TechTemp.Data.Rejections;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Data.Store;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Sqlite.Rejections;

/// <summary>
/// Tries refused messages again, by the rules and the devices of now, in steps of some milliseconds of the write lock. Stored or a duplicate, a message is no
/// longer listed; refused again, or in part, it stays, with the reason of now. By prepared SQL, not by EF Core: that takes seconds for its first use, and ingest would wait for the lock.
/// </summary>
public sealed class MessageReplay(StoreConnections connections, IOptions<IngestOptions> ingest, TimeProvider time)
{
    // Some milliseconds of the write lock.
    private const int MessagesOfAStep = 250;

    /// <summary>Tries the next messages, in the order of receipt.</summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="after">The last id of the step before; 0 for the first step.</param>
    /// <param name="most">How many at most; a step has no more than 250.</param>
    /// <exception cref="StoreException">The store failed; nothing of this step was committed.</exception>
    public ReplayStep Next(RejectedFilter filter, long after, int most = MessagesOfAStep)
    {
        most = Math.Min(most, MessagesOfAStep);
        var count = 0;
        try
        {
            var outcomes = Try(filter, after, most, out count, out var last);
            return new(count, count < most ? null : last)
            {
                Stored = outcomes.Count(o => o.Kind == OutcomeKind.Stored),
                Duplicates = outcomes.Count(o => o.Kind == OutcomeKind.Duplicate),
            };
        }
        catch (Exception e) when (StoreFailure.MayBeOfTheData(e) && count > 0)
        {
            return most > 1 ? Next(filter, after, Math.Max(1, count / 2)) : SetAside(filter, after, e);
        }
    }

    /// <summary>Tries one message.</summary>
    /// <returns>What became of it; null when there is none of that id.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    public Outcome? One(long id)
    {
        try
        {
            return Try(new() { Ids = [id] }, after: 0, most: 1, out _, out _) is [var outcome] ? outcome : null;
        }
        catch (Exception e) when (StoreFailure.MayBeOfTheData(e))
        {
            return new(OutcomeKind.Rejected, StoreFailure.NotStorable(e));
        }
    }

    private List<Outcome> Try(RejectedFilter filter, long after, int most, out int count, out long last)
    {
        (count, last) = (0, after);
        using var span = StoreSpan.Start("INSERT", "readings");
        using var connection = connections.Open();
        using var transaction = connection.BeginTransaction(deferred: false);
        var messages = Read(connection, transaction, filter, after, most);
        count = messages.Count;
        span?.Batch(count);
        using var statements = new ReadingStatements(connection, ingest.Value);
        statements.Enter(transaction);
        using var discard = connection.Prepare("DELETE FROM rejected_messages WHERE id = $id;", ("$id", SqliteType.Integer));
        using var keep = connection.Prepare(
            "UPDATE rejected_messages SET reason = $reason, detail = $detail, is_held = $is_held, received_at = $received_at WHERE id = $id;",
            ("$id", SqliteType.Integer), ("$reason", SqliteType.Text), ("$detail", SqliteType.Text), ("$is_held", SqliteType.Integer), ("$received_at", SqliteType.Integer));
        discard.Transaction = keep.Transaction = transaction;
        var outcomes = new List<Outcome>(messages.Count);
        foreach (var message in messages)
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            var outcome = Store(statements, message, now);
            outcomes.Add(outcome);
            last = message.Id;
            if (outcome.Rejection is not { } rejection)
            {
                discard.Bind(0, message.Id).ExecuteNonQuery();
            }
            else if (rejection.Reason != message.Reason || rejection.Detail != message.Detail)
            {
                // Held only for as long as its device is missing, or its time has not come.
                var isHeld = message.IsHeld && rejection.Reason is RejectionReasons.UnknownDevice or RejectionReasons.InFuture;
                keep.Bind(0, message.Id).Bind(1, rejection.Reason).Bind(2, rejection.Detail).Bind(3, isHeld ? 1 : 0)
                    .Bind(4, rejection.Reason == RejectionReasons.InFuture ? message.ReceivedAt : message.TrueReceipt(now)).ExecuteNonQuery();
            }
        }

        statements.Leave();
        transaction.Commit();
        span?.Affected(outcomes.Count(o => o.Kind == OutcomeKind.Stored));
        return outcomes;
    }

    // Only the start of an oversized payload was kept; it must not pass for the whole.
    private static Outcome Store(ReadingStatements statements, in Kept message, long now) => message.Size > message.Payload.Length
        ? new(OutcomeKind.Rejected, new(message.Reason, message.Detail))
        : statements.Store(IncomingMessage.FromReplay(message.Topic, message.Payload, message.TrueReceipt(now), now));

    // It keeps its quota, so that no junk drops it.
    private ReplayStep SetAside(RejectedFilter filter, long after, Exception failure)
    {
        var rejection = StoreFailure.NotStorable(failure);
        using var connection = connections.Open();
        using var transaction = connection.BeginTransaction(deferred: false);
        if (Read(connection, transaction, filter, after, most: 1) is not [var message])
        {
            return new(0, null);
        }

        using var update = connection.Prepare(
            "UPDATE rejected_messages SET reason = $reason, detail = $detail WHERE id = $id;", ("$id", SqliteType.Integer), ("$reason", SqliteType.Text), ("$detail", SqliteType.Text));
        update.Transaction = transaction;
        update.Bind(0, message.Id).Bind(1, rejection.Reason).Bind(2, rejection.Detail).ExecuteNonQuery();
        transaction.Commit();
        return new(1, message.Id);
    }

    private static List<Kept> Read(SqliteConnection connection, SqliteTransaction transaction, RejectedFilter filter, long after, int most)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = Sql(filter);
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$rows", most);
        foreach (var (name, value) in Values(filter))
        {
            command.Parameters.AddWithValue(name, value);
        }

        using var reader = command.Rows();
        var messages = new List<Kept>();
        while (reader.Read())
        {
            messages.Add(new(
                reader.GetInt64(0), reader.GetString(1), (byte[])reader.GetValue(2), reader.GetInt32(3), reader.GetString(4), reader.GetString(5), reader.GetInt64(6), reader.GetInt64(7) != 0));
        }

        return messages;
    }

    // Only the conditions that there are: the index of device and reason serves a query that names both.
    internal static string Sql(RejectedFilter filter)
    {
        var sql = new StringBuilder("SELECT id, topic, payload, payload_size, reason, detail, received_at, is_held FROM rejected_messages WHERE id > $after");
        foreach (var (name, condition, value) in Conditions(filter))
        {
            if (value is not null)
            {
                sql.Append(" AND ").Append(condition.Replace("?", name, StringComparison.Ordinal));
            }
        }

        return sql.Append(" ORDER BY id LIMIT $rows;").ToString();
    }

    private static IEnumerable<(string Name, object Value)> Values(RejectedFilter filter) =>
        Conditions(filter).Where(c => c.Value is not null).Select(c => (c.Name, c.Value!));

    private static (string Name, string Condition, object? Value)[] Conditions(RejectedFilter filter) =>
    [
        ("$reason", "reason = ?", filter.Reason),
        ("$device", "device_uid = ?", filter.DeviceUid),
        ("$home", "home = ?", filter.Home),
        ("$from", "received_at >= ?", filter.From),
        ("$to", "received_at <= ?", filter.To),
        ("$ids", "id IN (SELECT value FROM json_each(?))", filter.Ids is { } ids ? $"[{string.Join(',', ids.Select(id => id.ToString(CultureInfo.InvariantCulture)))}]" : null),
    ];

    private readonly record struct Kept(long Id, string Topic, byte[] Payload, int Size, string Reason, string Detail, long ReceivedAt, bool IsHeld)
    {
        // Of a reading that came too early the time of receipt is what a wrong clock said: its device was not last seen then, nor is it too old to be kept.
        public long TrueReceipt(long now) => Reason == RejectionReasons.InFuture ? now : ReceivedAt;
    }
}
