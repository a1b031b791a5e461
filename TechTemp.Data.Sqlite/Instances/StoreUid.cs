using Microsoft.Data.Sqlite;
using TechTemp.Data.Instances;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Instances;

/// <summary>Keeps the store's own id (<see cref="StoreIdentity"/>) and its sessions at the broker (<see cref="BrokerSession"/>) when a file takes the place of another one.</summary>
internal static class StoreUid
{
    /// <summary>
    /// Gives a copy that is about to take a store's place what the store is known by at the broker. The session and what is queued
    /// in it belong to the place, not to the content: with the id of the copy nobody would ever ask for them.
    /// </summary>
    /// <param name="from">The store, of any version.</param>
    /// <param name="to">The copy, of this version.</param>
    /// <exception cref="StoreException">One of the two failed.</exception>
    public static void Keep(SqliteConnection from, SqliteConnection to)
    {
        if (from.ScalarLong("SELECT count(*) FROM sqlite_schema WHERE name = 'store_identity';") == 0)
        {
            RememberPlain(to);
            return;
        }

        using var transaction = to.BeginTransaction();
        to.Execute("DELETE FROM broker_sessions;");
        using var identity = to.Prepare("UPDATE store_identity SET uid = $uid;", ("$uid", SqliteType.Text));
        identity.Bind(0, from.ScalarText("SELECT uid FROM store_identity;")).ExecuteNonQuery();
        foreach (var clientId in SqliteStatements.Query(from, "SELECT client_id FROM broker_sessions;", row => row.GetString(0), []))
        {
            Remember(to, clientId);
        }

        transaction.Commit();
    }

    /// <summary>Remembers that a session of the configured client id alone may be at the broker.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public static void RememberPlain(SqliteConnection connection) => Remember(connection, "");

    private static void Remember(SqliteConnection connection, string clientId) =>
        SqliteStatements.Execute(connection, "INSERT INTO broker_sessions (client_id) VALUES (@id) ON CONFLICT DO NOTHING;", [("id", clientId)]);
}
