using TechTemp.Data.Store;

namespace TechTemp.Data.Instances;

/// <summary>
/// Remembers the client ids that ingest has used. When its client id changes, what the broker has queued in the former session is
/// acknowledged to sensors and must still be fetched.
/// </summary>
public sealed class BrokerSessions(IStoreSql sql)
{
    /// <summary>Makes the client id from the configured part, the store's id and the worker's name, and remembers it before it is used.</summary>
    /// <param name="configured">The configured part.</param>
    /// <param name="worker">The worker; empty for the only one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The client id, and the former ones of the same worker whose sessions are not known to have ended.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask<(string Current, IReadOnlyList<string> Former)> BeginAsync(string configured, string worker, CancellationToken cancellationToken)
    {
        var uids = await sql.QueryAsync("SELECT uid FROM store_identity;", row => row.GetString(0), cancellationToken);
        var current = worker.Length == 0 ? $"{configured}-{uids.Single()}" : $"{configured}-{uids.Single()}-{worker}";
        var known = await OfWorkerAsync(configured, worker, cancellationToken);
        if (!known.Contains(current))
        {
            await RememberAsync(current, worker, cancellationToken);
        }

        return (current, [.. known.Where(id => id != current)]);
    }

    /// <summary>Remembers a client id before it is used.</summary>
    /// <param name="clientId">The client id.</param>
    /// <param name="worker">The worker that uses it; empty for the only one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask RememberAsync(string clientId, string worker, CancellationToken cancellationToken) => await sql.ExecuteAsync(
        "INSERT INTO broker_sessions (client_id, worker) VALUES (@id, @worker) ON CONFLICT DO NOTHING;", cancellationToken, ("id", clientId), ("worker", worker));

    /// <summary>The client ids of a worker under which a broker may keep sessions.</summary>
    /// <param name="configured">The configured part.</param>
    /// <param name="worker">The worker; empty for the only one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask<IReadOnlyList<string>> OfWorkerAsync(string configured, string worker, CancellationToken cancellationToken)
    {
        var known = await sql.QueryAsync(
            "SELECT client_id FROM broker_sessions WHERE worker = @worker ORDER BY client_id;", row => row.GetString(0), cancellationToken, ("worker", worker));
        return [.. known.Select(id => id.Length == 0 ? configured : id).Distinct()];
    }

    /// <summary>Forgets a client id: its session has ended.</summary>
    /// <param name="clientId">One of those that <see cref="BeginAsync"/> returned.</param>
    /// <param name="configured">The configured part.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask ForgetAsync(string clientId, string configured, CancellationToken cancellationToken) => await sql.ExecuteAsync(
        "DELETE FROM broker_sessions WHERE client_id IN (@id, @plain);", cancellationToken, ("id", clientId), ("plain", clientId == configured ? "" : clientId));
}
