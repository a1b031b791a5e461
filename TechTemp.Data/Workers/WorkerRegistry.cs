using TechTemp.Data.Store;

namespace TechTemp.Data.Workers;

/// <summary>Registers workers and says how they divide the homes. Every call may throw <see cref="StoreException"/>.</summary>
public sealed class WorkerRegistry(IStoreSql sql)
{
    /// <summary>Registers a worker, or says that it is there again.</summary>
    /// <param name="worker">Its name.</param>
    /// <param name="homes">The homes that it is configured for; empty when they are assigned to it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when it is retired: its session is about to end, and it must not use it.</returns>
    public async ValueTask<bool> JoinAsync(string worker, IReadOnlyList<string> homes, CancellationToken cancellationToken) => await sql.ExecuteAsync(
        $"""
        INSERT INTO ingest_workers (worker, registered, seen_at, homes, is_retired) VALUES (@worker, {sql.Now}, {sql.Now}, CAST(@homes AS text), @retired)
        ON CONFLICT (worker) DO UPDATE SET homes = excluded.homes WHERE NOT ingest_workers.is_retired;
        """,
        cancellationToken,
        ("worker", worker), ("homes", homes.Count == 0 ? null : string.Join(' ', homes)), ("retired", false)) == 1;

    /// <summary>Says that a worker is connected to the broker.</summary>
    /// <returns>Whether it is retired; null when it is not registered.</returns>
    public async ValueTask<bool?> SeenAsync(string worker, CancellationToken cancellationToken) => await sql.QueryAsync(
        $"UPDATE ingest_workers SET seen_at = {sql.Now} WHERE worker = @worker RETURNING is_retired;", row => row.GetBoolean(0), cancellationToken, ("worker", worker)) is [var retired] ? retired : null;

    /// <summary>Whether a worker is registered and retired.</summary>
    public async ValueTask<bool> IsRetiredAsync(string worker, CancellationToken cancellationToken) =>
        (await sql.QueryAsync("SELECT is_retired FROM ingest_workers WHERE worker = @worker;", row => row.GetBoolean(0), cancellationToken, ("worker", worker))).Contains(true);

    /// <summary>The registered workers, in the order of their registration.</summary>
    public ValueTask<List<RegisteredWorker>> ListAsync(CancellationToken cancellationToken) => sql.QueryAsync(
        $"SELECT worker, seen_at, {sql.Now} - seen_at, is_retired, homes FROM ingest_workers ORDER BY registered, worker;",
        row => new RegisteredWorker(
            row.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)), TimeSpan.FromMilliseconds(row.GetInt64(2)), row.GetBoolean(3),
            row.IsDBNull(4) ? null : row.GetString(4).Split(' ')),
        cancellationToken);

    /// <summary>The registered workers, for people.</summary>
    public ValueTask<List<WorkerOverview>> OverviewAsync(CancellationToken cancellationToken) => sql.QueryAsync(
        $"""
        SELECT w.worker, i.machine, i.since, w.seen_at, {sql.Now} - w.seen_at, w.is_retired, d.first_worker,
            (SELECT count(*) FROM ingest_homes h WHERE h.worker = w.worker AND NOT h.is_released)
        FROM ingest_workers w LEFT JOIN ingest_instance i ON i.worker = w.worker LEFT JOIN ingest_division d ON d.id = 1
        ORDER BY w.registered, w.worker;
        """,
        row => new WorkerOverview(
            row.GetString(0),
            row.IsDBNull(1) ? null : row.GetString(1),
            row.IsDBNull(2) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)),
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3)),
            TimeSpan.FromMilliseconds(row.GetInt64(4)) <= RegisteredWorker.Patience,
            row.GetBoolean(5),
            !row.IsDBNull(6) && row.GetString(6) == row.GetString(0),
            row.GetInt32(7)),
        cancellationToken);

    /// <summary>How the homes are divided now.</summary>
    public async ValueTask<Division> ReadAsync(CancellationToken cancellationToken)
    {
        var homes = await sql.QueryAsync(
            "SELECT home, worker, standing, change, is_released FROM ingest_homes ORDER BY home, worker;",
            row => new AssignedHome(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetBoolean(4)), cancellationToken);
        // Read last: a worker that has come after its homes were read only lacks them.
        var workers = await ListAsync(cancellationToken);
        var first = await sql.QueryAsync(
            "SELECT first_worker, connection FROM ingest_division;", row => (First: row.IsDBNull(0) ? null : row.GetString(0), Connection: row.GetInt64(1)), cancellationToken);
        return new(first.FirstOrDefault().First, first.FirstOrDefault().Connection, workers, homes);
    }

    /// <summary>The homes of all devices.</summary>
    public ValueTask<List<string>> KnownHomesAsync(CancellationToken cancellationToken) =>
        sql.QueryAsync("SELECT DISTINCT home FROM devices WHERE home IS NOT NULL;", row => row.GetString(0), cancellationToken);

    /// <summary>Retires a worker: another one hands its homes on, and fetches what the broker has queued for it.</summary>
    /// <returns>False when there is no such worker.</returns>
    public async ValueTask<bool> RetireAsync(string worker, CancellationToken cancellationToken) => await sql.ExecuteAsync(
        "UPDATE ingest_workers SET is_retired = @retired WHERE worker = @worker;", cancellationToken, ("worker", worker), ("retired", true)) == 1;

    /// <summary>Removes a worker whose sessions have ended.</summary>
    public async ValueTask RemoveAsync(string worker, CancellationToken cancellationToken)
    {
        await using var transaction = await sql.BeginAsync(cancellationToken);
        await transaction.ExecuteAsync("UPDATE ingest_division SET first_worker = NULL WHERE first_worker = @worker;", cancellationToken, ("worker", worker));
        await transaction.ExecuteAsync("DELETE FROM ingest_homes WHERE worker = @worker;", cancellationToken, ("worker", worker));
        await transaction.ExecuteAsync("DELETE FROM ingest_workers WHERE worker = @worker;", cancellationToken, ("worker", worker));
        await transaction.CommitAsync();
    }
}
