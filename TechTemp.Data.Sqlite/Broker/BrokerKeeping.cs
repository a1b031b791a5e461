using System.Data.Common;
using Microsoft.Data.Sqlite;
using TechTemp.Data.Broker;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Broker;

/// <summary>
/// Keeps the retained messages, the persistent sessions and the queued messages of an embedded broker in the store. The broker limits
/// them; a limit here applies to a store from elsewhere. Thread-safe. Each call opens a connection and commits at most once.
/// </summary>
public sealed class BrokerKeeping(StoreConnections connections)
{
    /// <summary>How many bytes of each kind (retained messages, sessions, queued messages) are loaded by default.</summary>
    public const long MostBytes = 64L * 1024 * 1024;

    /// <summary>What a row counts beside its text and its packet, bytes: about what its object takes in memory.</summary>
    public const int RowBytes = 64;

    internal const string DeleteMessagesOfSessionSql = "DELETE FROM kept_messages WHERE client_id = $client_id;";

    internal const string DeleteMessagesWithoutSessionSql =
        "DELETE FROM kept_messages WHERE NOT EXISTS (SELECT 1 FROM kept_sessions s WHERE s.client_id = kept_messages.client_id);";

    /// <summary>
    /// Loads everything that has not expired. Deletes what has expired, messages without a session, and what is beyond the limit: of
    /// each kind the rows after the first ones, by topic, client id and position, that fit into it; and the messages of the sessions
    /// among them.
    /// </summary>
    /// <param name="now">The time, unix milliseconds UTC: a row whose time this is has expired.</param>
    /// <param name="mostBytes">The limit of each kind, bytes: text, packets and <see cref="RowBytes"/> a row.</param>
    /// <exception cref="StoreException">The store failed, and nothing was deleted.</exception>
    public KeptBroker Load(long now, long mostBytes = MostBytes)
    {
        using var connection = connections.Open();
        using var transaction = connection.BeginTransaction(deferred: false);
        foreach (var table in new[] { "kept_retained", "kept_sessions", "kept_messages" })
        {
            using var expired = connection.Prepare($"DELETE FROM {table} WHERE expires_at <= $now;", ("$now", SqliteType.Integer));
            expired.Bind(0, now).ExecuteNonQuery();
        }

        DeleteMessagesWithoutSession(connection);
        var dropped = Cut(connection, "kept_retained", "topic", "octet_length(topic) + octet_length(publish)", mostBytes)
            + Cut(connection, "kept_sessions", "client_id", "octet_length(client_id) + coalesce(octet_length(user_name), 0) + octet_length(subscriptions)", mostBytes)
            + DeleteMessagesWithoutSession(connection)
            + Cut(connection, "kept_messages", "client_id, position", "octet_length(client_id) + octet_length(publish)", mostBytes);
        var kept = ReadAll(connection, dropped);
        transaction.Commit();
        return kept;
    }

    /// <summary>
    /// Saves changes in one transaction, which is on disk when the call returns. The same changes may be saved again after a failure.
    /// </summary>
    /// <param name="changes">The changes; see there for their order.</param>
    /// <exception cref="StoreException">The store failed, and nothing has changed.</exception>
    public void Save(KeptBrokerChanges changes)
    {
        if (changes.IsEmpty)
        {
            return;
        }

        using var connection = connections.Open();
        using var transaction = connection.BeginTransaction(deferred: false);
        Write(connection, changes);
        transaction.Commit();
    }

    /// <summary>
    /// Gives a copy that is about to take a store's place what the store keeps for the clients of its broker. It belongs to the place, not to the
    /// content: messages from the time of the copy were delivered long ago, and a command to a device must not be delivered again.
    /// </summary>
    /// <param name="from">The store, of any version.</param>
    /// <param name="to">The copy, of this version.</param>
    /// <exception cref="StoreException">One of the two failed.</exception>
    internal static void Keep(SqliteConnection from, SqliteConnection to)
    {
        using var transaction = to.BeginTransaction();
        to.Execute("DELETE FROM kept_retained; DELETE FROM kept_sessions; DELETE FROM kept_messages;");
        if (from.ScalarLong("SELECT count(*) FROM sqlite_schema WHERE name = 'kept_retained';") > 0)
        {
            var kept = ReadAll(from, dropped: 0);
            var changes = new KeptBrokerChanges();
            changes.Retained.AddRange(kept.Retained);
            changes.Sessions.AddRange(kept.Sessions);
            changes.Messages.AddRange(kept.Messages);
            Write(to, changes);
        }

        transaction.Commit();
    }

    private static void Write(SqliteConnection connection, KeptBrokerChanges changes)
    {
        Run(
            connection, changes.EndedSessions, DeleteMessagesOfSessionSql, [("$client_id", SqliteType.Text)],
            (command, clientId) => command.Bind(0, clientId));
        Run(
            connection, changes.EndedSessions, "DELETE FROM kept_sessions WHERE client_id = $client_id;", [("$client_id", SqliteType.Text)],
            (command, clientId) => command.Bind(0, clientId));
        Run(
            connection, changes.ClearedTopics, "DELETE FROM kept_retained WHERE topic = $topic;", [("$topic", SqliteType.Text)],
            (command, topic) => command.Bind(0, topic));
        Run(
            connection, changes.Sessions,
            "INSERT OR REPLACE INTO kept_sessions (client_id, user_name, subscriptions, expires_at) VALUES ($client_id, $user_name, $subscriptions, $expires_at);",
            [("$client_id", SqliteType.Text), ("$user_name", SqliteType.Text), ("$subscriptions", SqliteType.Blob), ("$expires_at", SqliteType.Integer)],
            (command, s) => command.Bind(0, s.ClientId).Bind(1, s.UserName).Bind(2, s.Subscriptions).Bind(3, s.ExpiresAt));
        Run(
            connection, changes.Retained,
            "INSERT OR REPLACE INTO kept_retained (topic, publish, expires_at) VALUES ($topic, $publish, $expires_at);",
            [("$topic", SqliteType.Text), ("$publish", SqliteType.Blob), ("$expires_at", SqliteType.Integer)],
            (command, r) => command.Bind(0, r.Topic).Bind(1, r.Publish).Bind(2, r.ExpiresAt));
        Run(
            connection, changes.Messages,
            "INSERT OR REPLACE INTO kept_messages (client_id, position, publish, expires_at) VALUES ($client_id, $position, $publish, $expires_at);",
            [("$client_id", SqliteType.Text), ("$position", SqliteType.Integer), ("$publish", SqliteType.Blob), ("$expires_at", SqliteType.Integer)],
            (command, m) => command.Bind(0, m.ClientId).Bind(1, m.Position).Bind(2, m.Publish).Bind(3, m.ExpiresAt));
        Run(
            connection, changes.DoneMessages,
            "DELETE FROM kept_messages WHERE client_id = $client_id AND position = $position;",
            [("$client_id", SqliteType.Text), ("$position", SqliteType.Integer)],
            (command, m) => command.Bind(0, m.ClientId).Bind(1, m.Position));
    }

    private static KeptBroker ReadAll(SqliteConnection connection, int dropped) => new(
        Read(connection, "SELECT topic, publish, expires_at FROM kept_retained ORDER BY topic;", r =>
            new KeptRetained(r.GetString(0), r.GetFieldValue<byte[]>(1), r.LongOrNull(2))),
        Read(connection, "SELECT client_id, user_name, subscriptions, expires_at FROM kept_sessions ORDER BY client_id;", r =>
            new KeptSession(r.GetString(0), r.TextOrNull(1), r.GetFieldValue<byte[]>(2), r.LongOrNull(3))),
        Read(connection, "SELECT client_id, position, publish, expires_at FROM kept_messages ORDER BY client_id, position;", r =>
            new KeptMessage(r.GetString(0), r.GetInt64(1), r.GetFieldValue<byte[]>(2), r.LongOrNull(3))),
        dropped);

    private static void Run<T>(
        SqliteConnection connection, List<T> rows, string sql, (string Name, SqliteType Type)[] parameters, Action<SqliteCommand, T> bind)
    {
        if (rows.Count == 0)
        {
            return;
        }

        using var command = connection.Prepare(sql, parameters);
        foreach (var row in rows)
        {
            bind(command, row);
            command.ExecuteNonQuery();
        }
    }

    private static int DeleteMessagesWithoutSession(SqliteConnection connection)
    {
        using var command = connection.Prepare(DeleteMessagesWithoutSessionSql);
        return command.ExecuteNonQuery();
    }

    // In SQL: what does not fit is never in memory.
    private static int Cut(SqliteConnection connection, string table, string order, string size, long mostBytes)
    {
        using var command = connection.Prepare(
            $"""
            DELETE FROM {table} WHERE rowid IN (
                SELECT id FROM (SELECT rowid AS id, sum({size} + {RowBytes}) OVER (ORDER BY {order}) AS bytes FROM {table}) WHERE bytes > $most);
            """,
            ("$most", SqliteType.Integer));
        return command.Bind(0, mostBytes).ExecuteNonQuery();
    }

    private static List<T> Read<T>(SqliteConnection connection, string sql, Func<DbDataReader, T> read)
    {
        using var command = connection.Prepare(sql);
        using var reader = command.Rows();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
