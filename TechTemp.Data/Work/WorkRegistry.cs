using TechTemp.Data.Store;

namespace TechTemp.Data.Work;

/// <summary>
/// Reads and writes which work in steps is not finished, and which process does it. All times are the store's: clocks of machines are not compared. Every call may throw
/// <see cref="StoreException"/>.
/// </summary>
public sealed class WorkRegistry(IStoreSql sql)
{
    // Longer than a step with the pause after it. A process that is only slow loses the work, and nothing else: each step makes sure of its claim.
    private const int SilenceMilliseconds = 4_000;

    private const string Key = "device_id = @device_id AND kind = @kind AND from_ts = @from AND to_ts = @to";

    // A clock that was set back must not make work wait for hours.
    private readonly string _isSilent = $"NOT seen_at BETWEEN {sql.Now} - {SilenceMilliseconds} AND {sql.Now} + {SilenceMilliseconds}";

    /// <summary>The statement that begins the replay of a device in the transaction of EF Core that provisions it; its parameters are the device's key and a <see cref="NewOwner"/>.</summary>
    internal string BeginReplaySql { get; } = InsertSql(sql, "{0}", $"{(int)WorkKind.Replay}", "0", "0", "{1}");

    /// <summary>A mark for a new claim.</summary>
    internal static string NewOwner() => Guid.NewGuid().ToString("N");

    /// <summary>Writes down that work begins, or claims what another process has begun.</summary>
    /// <returns>Null when there is no such device.</returns>
    internal async ValueTask<WorkClaim?> BeginAsync(int deviceId, WorkKind kind, long from = 0, long to = 0)
    {
        var claim = new WorkClaim(deviceId, kind, from, to, NewOwner());
        return await sql.ExecuteAsync(InsertSql(sql, "@device_id", "@kind", "@from", "@to", "@owner"), CancellationToken.None, Parameters(claim)) > 0 ? claim : null;
    }

    /// <summary>Makes sure of a claim until the transaction ends, and says that its process lives.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="transaction">The transaction of the step; null for one of its own.</param>
    /// <exception cref="WorkTakenOverException">The claim is lost.</exception>
    internal async ValueTask RenewAsync(WorkClaim claim, IStoreStatements? transaction = null)
    {
        if (await (transaction ?? sql).ExecuteAsync($"UPDATE device_work SET seen_at = {sql.Now} WHERE {Key} AND owner = @owner;", CancellationToken.None, Parameters(claim)) == 0)
        {
            throw new WorkTakenOverException();
        }
    }

    /// <summary>Lets any process take the work at once; nothing happens when another one has it already.</summary>
    internal async ValueTask ReleaseAsync(WorkClaim claim) => await sql.ExecuteAsync(
        $"UPDATE device_work SET seen_at = 0 WHERE {Key} AND owner = @owner;", CancellationToken.None, Parameters(claim));

    /// <summary>Writes down that work is finished, or that nobody is to try it again.</summary>
    /// <exception cref="WorkTakenOverException">The claim is lost.</exception>
    internal async ValueTask EndAsync(WorkClaim claim)
    {
        if (await sql.ExecuteAsync($"DELETE FROM device_work WHERE {Key} AND owner = @owner;", CancellationToken.None, Parameters(claim)) == 0)
        {
            throw new WorkTakenOverException();
        }
    }

    /// <summary>Whether somebody still has to finish it.</summary>
    internal async ValueTask<bool> IsPendingAsync(WorkClaim claim) =>
        (await sql.QueryAsync($"SELECT 1 FROM device_work WHERE {Key};", row => row.GetInt32(0), CancellationToken.None, Parameters(claim))).Count > 0;

    /// <summary>The work whose processes have been silent, the claims that they had.</summary>
    internal ValueTask<List<WorkClaim>> SilentAsync(CancellationToken cancellationToken) => sql.QueryAsync(
        $"SELECT device_id, kind, from_ts, to_ts, owner FROM device_work WHERE {_isSilent} ORDER BY seen_at, device_id;",
        row => new WorkClaim(row.GetInt32(0), (WorkKind)row.GetInt32(1), row.GetInt64(2), row.GetInt64(3), row.GetString(4)),
        cancellationToken);

    /// <summary>Takes work over from a process that is still silent.</summary>
    /// <param name="silent">Its claim.</param>
    /// <returns>Null when it goes on, or somebody else was faster.</returns>
    internal async ValueTask<WorkClaim?> TakeOverAsync(WorkClaim silent)
    {
        var claim = silent with { Owner = NewOwner() };
        var taken = await sql.ExecuteAsync(
            $"UPDATE device_work SET owner = @next, seen_at = {sql.Now} WHERE {Key} AND owner = @owner AND {_isSilent};",
            CancellationToken.None,
            [.. Parameters(silent), ("next", claim.Owner)]);
        return taken > 0 ? claim : null;
    }

    /// <summary>Writes down the replay of each provisioned device that has readings held, where nobody has: a version that kept no such record has left them.</summary>
    /// <param name="reason">The reason of the messages that are held.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async ValueTask AddReplaysAsync(string reason, CancellationToken cancellationToken) => await sql.ExecuteAsync(
        $"""
        INSERT INTO device_work (device_id, kind, from_ts, to_ts, owner, seen_at)
        SELECT DISTINCT d.id, {(int)WorkKind.Replay}, 0, 0, '', 0 FROM rejected_messages r JOIN devices d ON d.uid = r.device_uid AND d.provisioned WHERE r.reason = @reason
        ON CONFLICT DO NOTHING;
        """,
        cancellationToken,
        ("reason", reason));

    private static string InsertSql(IStoreSql sql, string device, string kind, string from, string to, string owner) =>
        $"""
        INSERT INTO device_work (device_id, kind, from_ts, to_ts, owner, seen_at)
        SELECT id, {kind}, {from}, {to}, {owner}, {sql.Now} FROM devices WHERE id = {device}
        ON CONFLICT (device_id, kind, from_ts, to_ts) DO UPDATE SET owner = excluded.owner, seen_at = excluded.seen_at;
        """;

    private static (string Name, object? Value)[] Parameters(WorkClaim claim) =>
        [("device_id", claim.DeviceId), ("kind", (int)claim.Kind), ("from", claim.From), ("to", claim.To), ("owner", claim.Owner)];
}
