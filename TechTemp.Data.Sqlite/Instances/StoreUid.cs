using Microsoft.Data.Sqlite;
using TechTemp.Data.Instances;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Instances;

/// <summary>Reads and keeps the store's own id: <see cref="StoreIdentity"/>.</summary>
internal static class StoreUid
{
    /// <summary>Reads the id.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public static string Read(SqliteConnection connection) => connection.ScalarText("SELECT uid FROM store_identity;");

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
            BrokerSessions.RememberPlain(to);
            return;
        }

        using var transaction = to.BeginTransaction();
        to.Execute("DELETE FROM broker_sessions;");
        using var identity = to.Prepare("UPDATE store_identity SET uid = $uid;", ("$uid", SqliteType.Text));
        identity.Bind(0, Read(from)).ExecuteNonQuery();
        foreach (var clientId in BrokerSessions.Read(from))
        {
            BrokerSessions.Remember(to, clientId);
        }

        transaction.Commit();
    }
}
