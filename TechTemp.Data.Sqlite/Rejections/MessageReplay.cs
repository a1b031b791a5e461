using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using TechTemp.Data.Readings;
using TechTemp.Data.Rejections;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Writing;
using TechTemp.Data.Store;
using TechTemp.Data.Writing;
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
    /// <param name="cancellationToken">Gives up before anything of this step is committed.</param>
    /// <param name="most">How many at most; a step has no more than 250.</param>
    /// <exception cref="StoreException">The store failed; nothing of this step was committed.</exception>
    public async Task<ReplayStep> NextAsync(RejectedFilter filter, long after, CancellationToken cancellationToken, int most = MessagesOfAStep)
    {
        most = Math.Min(most, MessagesOfAStep);
        var tried = new List<Kept>();
        try
        {
            var outcomes = await TryAsync(filter, after, most, tried, cancellationToken);
            return new(tried.Count, tried.Count < most ? null : tried[^1].Id)
            {
                Stored = outcomes.Count(o => o.Kind == OutcomeKind.Stored),
                Duplicates = outcomes.Count(o => o.Kind == OutcomeKind.Duplicate),
            };
        }
        catch (Exception e) when (StoreFailure.MayBeOfTheData(e) && tried.Count > 0)
        {
            return most > 1 ? await NextAsync(filter, after, cancellationToken, Math.Max(1, tried.Count / 2)) : SetAside(filter, after, e);
        }
    }

    /// <summary>Tries one message.</summary>
    /// <returns>What became of it; null when there is none of that id.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    public async Task<Outcome?> OneAsync(long id, CancellationToken cancellationToken)
    {
        try
        {
            return await TryAsync(new() { Ids = [id] }, after: 0, most: 1, [], cancellationToken) is [var outcome] ? outcome : null;
        }
        catch (Exception e) when (StoreFailure.MayBeOfTheData(e))
        {
            return new(OutcomeKind.Rejected, StoreFailure.NotStorable(e));
        }
    }

    private async Task<Outcome[]> TryAsync(RejectedFilter filter, long after, int most, List<Kept> messages, CancellationToken cancellationToken)
    {
        using var span = StoreSpan.Start("INSERT", "readings");
        var session = new SqliteWriteSession(connections);
        try
        {
            await using var transaction = session.Begin();
            messages.AddRange(Read(transaction.Connection, transaction.Transaction, filter, after, most));
            span?.Batch(messages.Count);
            var rules = new WriteRules(ingest.Value);
            rules.Enter(transaction);
            var outcomes = await StoreAsync(rules, transaction, messages, cancellationToken);
            Settle(transaction, messages, outcomes);
            await rules.LeaveAsync(transaction, cancellationToken);
            await transaction.CommitAsync();
            span?.Affected(outcomes.Count(o => o.Kind == OutcomeKind.Stored));
            return outcomes;
        }
        finally
        {
            session.Return();
        }
    }

    private async ValueTask<Outcome[]> StoreAsync(WriteRules rules, SqliteWriteTransaction transaction, List<Kept> messages, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        // Only the start of an oversized payload was kept; it must not pass for the whole.
        var whole = messages.FindAll(m => m.Size <= m.Payload.Length);
        var stored = await rules.StoreAsync(
            transaction, whole.ConvertAll(m => IncomingMessage.FromReplay(m.Topic, m.Payload, m.TrueReceipt(now), now)), cancellationToken);
        var next = 0;
        return [.. messages.Select(m => m.Size <= m.Payload.Length ? stored[next++] : new(OutcomeKind.Rejected, new(m.Reason, m.Detail)))];
    }

    private void Settle(SqliteWriteTransaction transaction, List<Kept> messages, Outcome[] outcomes)
    {
        using var discard = new Statement(transaction.Connection, "DELETE FROM rejected_messages WHERE id = ?1;");
        using var keep = new Statement(transaction.Connection, "UPDATE rejected_messages SET reason = ?2, detail = ?3, is_held = ?4, received_at = ?5 WHERE id = ?1;");
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 0; i < outcomes.Length; i++)
        {
            var message = messages[i];
            if (outcomes[i].Rejection is not { } rejection)
            {
                discard.Bind(1, message.Id).Execute();
            }
            else if (rejection.Reason != message.Reason || rejection.Detail != message.Detail)
            {
                // Held only for as long as its device is missing, or its time has not come.
                var isHeld = message.IsHeld && rejection.Reason is RejectionReasons.UnknownDevice or RejectionReasons.InFuture;
                keep.Bind(1, message.Id).Bind(2, rejection.Reason).Bind(3, rejection.Detail).Bind(4, isHeld ? 1L : 0L)
                    .Bind(5, rejection.Reason == RejectionReasons.InFuture ? message.ReceivedAt : message.TrueReceipt(now)).Execute();
            }
        }
    }

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

        using var update = new Statement(connection, "UPDATE rejected_messages SET reason = ?2, detail = ?3 WHERE id = ?1;");
        update.Bind(1, message.Id).Bind(2, rejection.Reason).Bind(3, rejection.Detail).Execute();
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
