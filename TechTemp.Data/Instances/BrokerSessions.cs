using TechTemp.Data.Store;

namespace TechTemp.Data.Instances;

/// <summary>
/// Remembers the client ids that ingest has used. When its client id changes, what the broker has queued in the former session is
/// acknowledged to sensors and must still be fetched.
/// </summary>
public sealed class BrokerSessions(IStoreSql sql)
{
    /// <summary>Makes the client id from the configured part and the store's id, and remembers it before it is used.</summary>
    /// <param name="configured">The configured part.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The client id, and the former ones whose sessions are not known to have ended.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask<(string Current, IReadOnlyList<string> Former)> BeginAsync(string configured, CancellationToken cancellationToken)
    {
        var uids = await sql.QueryAsync("SELECT uid FROM store_identity;", row => row.GetString(0), cancellationToken);
        var current = $"{configured}-{uids.Single()}";
        var known = await sql.QueryAsync("SELECT client_id FROM broker_sessions ORDER BY client_id;", row => row.GetString(0), cancellationToken);
        if (!known.Contains(current))
        {
            await sql.ExecuteAsync("INSERT INTO broker_sessions (client_id) VALUES (@id) ON CONFLICT DO NOTHING;", cancellationToken, ("id", current));
        }

        return (current, [.. known.Select(id => id.Length == 0 ? configured : id).Where(id => id != current).Distinct()]);
    }

    /// <summary>Forgets a client id: its session has ended.</summary>
    /// <param name="clientId">One of those that <see cref="BeginAsync"/> returned.</param>
    /// <param name="configured">The configured part.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask ForgetAsync(string clientId, string configured, CancellationToken cancellationToken) => await sql.ExecuteAsync(
        "DELETE FROM broker_sessions WHERE client_id IN (@id, @plain);", cancellationToken, ("id", clientId), ("plain", clientId == configured ? "" : clientId));
}
