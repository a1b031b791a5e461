using TechTemp.Data.Store;

namespace TechTemp.Data.Workers;

/// <summary>
/// The steps by which a home passes from one worker to another. The first worker assigns and releases; the owner of a home confirms its subscription, withdraws that, and
/// removes what was released. Every call may throw <see cref="StoreException"/>, and may be repeated.
/// </summary>
public sealed class HomeHandover(IStoreSql sql)
{
    /// <summary>Makes a worker the first one, if the first one is still that which the caller has seen.</summary>
    /// <param name="worker">The worker. It must receive what it is to be responsible for already.</param>
    /// <param name="seen">The first worker that it has seen; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it is the first one now.</returns>
    public async ValueTask<bool> TryBecomeFirstAsync(string worker, string? seen, CancellationToken cancellationToken)
    {
        await EnsureAsync(cancellationToken);
        return await sql.ExecuteAsync(
            "UPDATE ingest_division SET first_worker = @worker, connection = connection + 1 WHERE coalesce(first_worker, '') = @seen;",
            cancellationToken, ("worker", worker), ("seen", seen ?? "")) == 1;
    }

    /// <summary>The first worker has a new connection to the broker: what was confirmed before it is to be confirmed again.</summary>
    /// <returns>The number of the connection; null when the caller is not the first worker any more.</returns>
    public async ValueTask<long?> BeginConnectionAsync(string worker, CancellationToken cancellationToken) => await sql.QueryAsync(
        "UPDATE ingest_division SET connection = connection + 1 WHERE first_worker = @worker RETURNING connection;",
        row => row.GetInt64(0), cancellationToken, ("worker", worker)) is [var connection] ? connection : null;

    /// <summary>The identifier of the first worker's next subscription: higher than each one before it.</summary>
    public async ValueTask<uint> NextSubscriptionAsync(CancellationToken cancellationToken)
    {
        await EnsureAsync(cancellationToken);
        return (uint)(await sql.QueryAsync("UPDATE ingest_division SET subscription = subscription + 1 RETURNING subscription;", row => row.GetInt64(0), cancellationToken)).Single();
    }

    /// <summary>Assigns a home to a worker that is not retired. The home may be another one's at the same time: what both store is stored once.</summary>
    public async ValueTask AssignAsync(string home, string worker, CancellationToken cancellationToken) => await sql.ExecuteAsync(
        """
        INSERT INTO ingest_homes (home, worker, standing, change, is_released)
        SELECT CAST(@home AS text), w.worker, 0, 0, w.is_retired FROM ingest_workers w WHERE w.worker = @worker AND NOT w.is_retired
        ON CONFLICT DO NOTHING;
        """,
        cancellationToken, ("home", home), ("worker", worker));

    /// <summary>The broker has confirmed a worker's subscriptions.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="homes">The homes.</param>
    /// <param name="connection">The first worker's connection, as read before the subscription was sent.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask ConfirmAsync(string worker, IReadOnlyCollection<string> homes, long connection, CancellationToken cancellationToken)
    {
        await using var transaction = await sql.BeginAsync(cancellationToken);
        foreach (var home in homes.Order(StringComparer.Ordinal))
        {
            await transaction.ExecuteAsync(
                "UPDATE ingest_homes SET standing = @connection, change = change + 1 WHERE home = @home AND worker = @worker AND standing <> @connection;",
                cancellationToken, ("connection", connection), ("home", home), ("worker", worker));
        }

        await transaction.CommitAsync();
    }

    /// <summary>A worker is about to connect: nothing of it is confirmed until the broker has confirmed it on that connection.</summary>
    public async ValueTask WithdrawAsync(string worker, CancellationToken cancellationToken) => await sql.ExecuteAsync(
        "UPDATE ingest_homes SET standing = 0, change = change + 1 WHERE worker = @worker AND standing <> 0;", cancellationToken, ("worker", worker));

    /// <summary>A worker may end its subscription of a home. The first worker stores the home itself from before this call, or has seen that another one receives it.</summary>
    public async ValueTask ReleaseAsync(string home, string worker, CancellationToken cancellationToken) => await sql.ExecuteAsync(
        "UPDATE ingest_homes SET is_released = @released, standing = 0, change = change + 1 WHERE home = @home AND worker = @worker AND NOT is_released;",
        cancellationToken, ("released", true), ("home", home), ("worker", worker));

    /// <summary>A worker has ended its subscription of a home that was released.</summary>
    public async ValueTask RemoveAsync(string home, string worker, CancellationToken cancellationToken) => await sql.ExecuteAsync(
        "DELETE FROM ingest_homes WHERE home = @home AND worker = @worker AND is_released;", cancellationToken, ("home", home), ("worker", worker));

    private async ValueTask EnsureAsync(CancellationToken cancellationToken) =>
        await sql.ExecuteAsync("INSERT INTO ingest_division (id, connection, subscription) VALUES (1, 0, 0) ON CONFLICT DO NOTHING;", cancellationToken);
}
