using TechTemp.Data.Store;

namespace TechTemp.Data.Instances;

/// <summary>Reads and writes the one row that says which process writes readings. Every call may throw <see cref="StoreException"/>.</summary>
public sealed class InstanceRegistry(IStoreSql sql)
{
    /// <summary>The store that the row is in: <see cref="IStoreSql.Name"/>.</summary>
    public string Store => sql.Name;

    /// <summary>Takes the place of whoever is registered.</summary>
    public async ValueTask RegisterAsync(IngestInstance instance, CancellationToken cancellationToken) => await sql.ExecuteAsync(
        """
        INSERT INTO ingest_instance (id, uid, machine, process_id, since, asked, answered) VALUES (1, @uid, @machine, @process_id, @since, 0, 0)
        ON CONFLICT (id) DO UPDATE SET uid = excluded.uid, machine = excluded.machine, process_id = excluded.process_id, since = excluded.since, asked = 0, answered = 0;
        """,
        cancellationToken,
        Parameters(instance));

    /// <summary>Takes the place of one instance, if it is still the registered one.</summary>
    /// <returns>False when another one has come meanwhile.</returns>
    public async ValueTask<bool> TryReplaceAsync(string uid, IngestInstance instance, CancellationToken cancellationToken) => await sql.ExecuteAsync(
        """
        UPDATE ingest_instance SET uid = @uid, machine = @machine, process_id = @process_id, since = @since, asked = 0, answered = 0
        WHERE uid = @replaced;
        """,
        cancellationToken,
        [.. Parameters(instance), ("replaced", uid)]) == 1;

    /// <summary>The registered instance; null when there is none.</summary>
    public async ValueTask<IngestInstance?> ReadAsync(CancellationToken cancellationToken) => (await sql.QueryAsync(
        "SELECT uid, machine, process_id, since, asked, answered FROM ingest_instance;",
        row => new IngestInstance
        {
            Uid = row.GetString(0),
            Machine = row.GetString(1),
            ProcessId = row.GetInt32(2),
            Since = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3)),
            Asked = row.GetInt64(4),
            Answered = row.GetInt64(5),
        },
        cancellationToken)).SingleOrDefault();

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

    private static (string Name, object? Value)[] Parameters(IngestInstance instance) =>
    [
        ("uid", instance.Uid), ("machine", instance.Machine), ("process_id", instance.ProcessId), ("since", instance.Since.ToUnixTimeMilliseconds()),
    ];
}
