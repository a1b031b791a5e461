using TechTemp.Data.Store;

namespace TechTemp.Data.Instances;

/// <summary>Reads and writes the rows that say which process writes readings, one for each worker. Every call may throw <see cref="StoreException"/>.</summary>
public sealed class InstanceRegistry(IStoreSql sql)
{
    /// <summary>The store that the rows are in: <see cref="IStoreSql.Name"/>.</summary>
    public string Store => sql.Name;

    /// <summary>Takes the place of whoever is registered for the same worker.</summary>
    public async ValueTask RegisterAsync(IngestInstance instance, CancellationToken cancellationToken)
    {
        while (!await TryUpdateAsync("worker = @worker", instance, cancellationToken) && !await TryRegisterAsync(instance, cancellationToken))
        {
            // Somebody else registered between the two, or took the id.
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Registers an instance where its worker has none.</summary>
    /// <returns>False when another one has come, or has the same id.</returns>
    public async ValueTask<bool> TryRegisterAsync(IngestInstance instance, CancellationToken cancellationToken) => await sql.ExecuteAsync(
        """
        INSERT INTO ingest_instance (id, worker, uid, machine, process_id, since, asked, answered)
        VALUES (CASE WHEN @worker = '' THEN 1 ELSE (SELECT coalesce(max(id), 1) + 1 FROM ingest_instance) END, @worker, @uid, @machine, @process_id, @since, 0, 0)
        ON CONFLICT DO NOTHING;
        """,
        cancellationToken,
        Parameters(instance)) == 1;

    /// <summary>Takes the place of one instance, if it is still the registered one.</summary>
    /// <returns>False when another one has come meanwhile.</returns>
    public ValueTask<bool> TryReplaceAsync(string uid, IngestInstance instance, CancellationToken cancellationToken) =>
        TryUpdateAsync("worker = @worker AND uid = @replaced", instance, cancellationToken, ("replaced", uid));

    /// <summary>The registered instance of a worker; null when there is none.</summary>
    /// <param name="worker">The worker; empty for the only one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<IngestInstance?> ReadAsync(string worker, CancellationToken cancellationToken) => (await sql.QueryAsync(
        "SELECT uid, machine, process_id, since, asked, answered FROM ingest_instance WHERE worker = @worker;",
        row => new IngestInstance
        {
            Worker = worker,
            Uid = row.GetString(0),
            Machine = row.GetString(1),
            ProcessId = row.GetInt32(2),
            Since = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3)),
            Asked = row.GetInt64(4),
            Answered = row.GetInt64(5),
        },
        cancellationToken,
        ("worker", worker))).SingleOrDefault();

    /// <summary>Asks an instance whether it lives.</summary>
    /// <returns>The number of the question: answered when <see cref="IngestInstance.Answered"/> is not below it. Null when another instance is registered by now.</returns>
    public async ValueTask<long?> AskAsync(string uid, CancellationToken cancellationToken)
    {
        var asked = await sql.QueryAsync(
            "UPDATE ingest_instance SET asked = asked + 1 WHERE uid = @uid RETURNING asked;", row => row.GetInt64(0), cancellationToken, ("uid", uid));
        return asked is [var question] ? question : null;
    }

    /// <summary>Answers every question that was asked of an instance.</summary>
    public async ValueTask AnswerAsync(string uid, CancellationToken cancellationToken) =>
        await sql.ExecuteAsync("UPDATE ingest_instance SET answered = asked WHERE uid = @uid;", cancellationToken, ("uid", uid));

    /// <summary>Removes an instance that ends.</summary>
    public async ValueTask LeaveAsync(string uid, CancellationToken cancellationToken) =>
        await sql.ExecuteAsync("DELETE FROM ingest_instance WHERE uid = @uid;", cancellationToken, ("uid", uid));

    private async ValueTask<bool> TryUpdateAsync(string condition, IngestInstance instance, CancellationToken cancellationToken, params (string Name, object? Value)[] more) => await sql.ExecuteAsync(
        $"UPDATE ingest_instance SET uid = @uid, machine = @machine, process_id = @process_id, since = @since, asked = 0, answered = 0 WHERE {condition};",
        cancellationToken,
        [.. Parameters(instance), .. more]) == 1;

    private static (string Name, object? Value)[] Parameters(IngestInstance instance) =>
    [
        ("worker", instance.Worker), ("uid", instance.Uid), ("machine", instance.Machine), ("process_id", instance.ProcessId), ("since", instance.Since.ToUnixTimeMilliseconds()),
    ];
}
