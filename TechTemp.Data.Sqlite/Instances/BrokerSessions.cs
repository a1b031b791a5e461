using Microsoft.Data.Sqlite;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Instances;

/// <summary>
/// Remembers the client ids that ingest has used. When its client id changes, what the broker has queued in the former session is
/// acknowledged to sensors and must still be fetched.
/// </summary>
public sealed class BrokerSessions(StoreConnections connections)
{
    /// <summary>Makes the client id from the configured part and the store's id, and remembers it before it is used.</summary>
    /// <param name="configured">The configured part.</param>
    /// <returns>The client id, and the former ones whose sessions are not known to have ended.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    public (string Current, IReadOnlyList<string> Former) Begin(string configured)
    {
        using var connection = connections.Open();
        var current = $"{configured}-{StoreUid.Read(connection)}";
        var known = Read(connection);
        if (!known.Contains(current))
        {
            Remember(connection, current);
        }

        return (current, [.. known.Select(id => id.Length == 0 ? configured : id).Where(id => id != current).Distinct()]);
    }

    /// <summary>Forgets a client id: its session has ended.</summary>
    /// <param name="clientId">One of those that <see cref="Begin"/> returned.</param>
    /// <param name="configured">The configured part.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public void Forget(string clientId, string configured)
    {
        using var connection = connections.Open();
        using var command = connection.Prepare(
            "DELETE FROM broker_sessions WHERE client_id IN ($id, $plain);", ("$id", SqliteType.Text), ("$plain", SqliteType.Text));
        command.Bind(0, clientId).Bind(1, clientId == configured ? "" : clientId).ExecuteNonQuery();
    }

    /// <summary>Remembers that a session of the configured client id alone may be there.</summary>
    internal static void RememberPlain(SqliteConnection connection) => Remember(connection, "");

    internal static void Remember(SqliteConnection connection, string clientId)
    {
        using var command = connection.Prepare("INSERT INTO broker_sessions (client_id) VALUES ($id) ON CONFLICT DO NOTHING;", ("$id", SqliteType.Text));
        command.Bind(0, clientId).ExecuteNonQuery();
    }

    internal static List<string> Read(SqliteConnection connection)
    {
        using var command = connection.Prepare("SELECT client_id FROM broker_sessions ORDER BY client_id;");
        using var reader = command.Rows();
        var known = new List<string>();
        while (reader.Read())
        {
            known.Add(reader.GetString(0));
        }

        return known;
    }
}
