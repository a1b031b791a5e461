using TechTemp.Data.Store;

namespace TechTemp.Data.Copying;

/// <summary>
/// Decides whether a store may become a copy of another one. While it is not known to be equal it has an id that is derived from the source's: an ingest that is started there
/// too early has a session of its own at the broker, and does not take the source's.
/// </summary>
internal sealed class CopyStart(StoreEnd source, StoreEnd target)
{
    private const string UnfinishedSuffix = "-copying";

    private const int DevicesOfAStep = 500;

    /// <summary>Creates the target's schema where that is missing, and marks the target as an unfinished copy.</summary>
    /// <returns>The source's id.</returns>
    /// <exception cref="StoreException">The target cannot be a copy of the source; nothing of it was changed.</exception>
    public async ValueTask<string> BeginAsync(CancellationToken cancellationToken)
    {
        if (!await source.Schema.IsCurrentAsync(cancellationToken))
        {
            throw new StoreException("There is no store of this version yet; it is made, or brought to it, by a start without a verb.");
        }

        var uid = await UidAsync(source, cancellationToken);
        if (uid.EndsWith(UnfinishedSuffix, StringComparison.Ordinal))
        {
            throw new StoreException("This store is itself an unfinished copy. Finish it first.");
        }

        // Before the migrations: another store is not even brought up to date.
        if (await FormerUidAsync(cancellationToken) is { } former)
        {
            await RefuseOthersAsync(former, uid, cancellationToken);
        }

        try
        {
            await target.Schema.MigrateAsync(cancellationToken);
        }
        catch (StoreException e)
        {
            throw new StoreException($"The target {target.Name} cannot be used: {e.Message}", e);
        }

        var targetUid = await UidAsync(target, cancellationToken);
        await RefuseOthersAsync(targetUid, uid, cancellationToken);
        if (IsCopy(targetUid, uid))
        {
            await RefuseSameAsync(cancellationToken);
            await RefuseUsedAsync(uid, cancellationToken);
        }

        await SetUidAsync(uid + UnfinishedSuffix, cancellationToken);
        return uid;
    }

    /// <summary>Gives the target the source's id: what the broker has queued for the source is the target's from now on.</summary>
    /// <exception cref="StoreException">The target failed.</exception>
    public ValueTask FinishAsync(string uid, CancellationToken cancellationToken) => SetUidAsync(uid, cancellationToken);

    private static bool IsCopy(string targetUid, string uid) => targetUid == uid || targetUid == uid + UnfinishedSuffix;

    private static async ValueTask<string> UidAsync(StoreEnd end, CancellationToken cancellationToken) =>
        (await end.Sql.QueryAsync("SELECT uid FROM store_identity;", row => row.GetString(0), cancellationToken)).Single();

    private async ValueTask SetUidAsync(string uid, CancellationToken cancellationToken) =>
        await target.Sql.ExecuteAsync("UPDATE store_identity SET uid = @uid;", cancellationToken, ("uid", uid));

    // Null where there is no store yet, or where it cannot be read; what follows says which.
    private async ValueTask<string?> FormerUidAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await UidAsync(target, cancellationToken);
        }
        catch (StoreException)
        {
            return null;
        }
    }

    private async ValueTask RefuseOthersAsync(string targetUid, string uid, CancellationToken cancellationToken)
    {
        if (IsCopy(targetUid, uid))
        {
            return;
        }

        foreach (var table in CopiedTable.AllNames)
        {
            if (await AnyAsync(target, table, cancellationToken))
            {
                throw new StoreException($"The target {target.Name} has content ({table}), and is no copy of this store. Choose an empty one. Nothing was changed.");
            }
        }
    }

    private static async ValueTask<bool> AnyAsync(StoreEnd end, string table, CancellationToken cancellationToken)
    {
        try
        {
            return (await end.Sql.QueryAsync($"SELECT 1 FROM {table} LIMIT 1;", row => row.GetInt32(0), cancellationToken)).Count > 0;
        }
        catch (StoreException e) when (!e.IsTransient)
        {
            // A store of an earlier version does not have every table.
            return false;
        }
    }

    // One store may have two addresses. A client id without a session at the broker is forgotten by the next start of ingest, should this process end here.
    private async ValueTask RefuseSameAsync(CancellationToken cancellationToken)
    {
        var mark = $"techtemp-copy-{Guid.NewGuid():N}";
        await target.Sql.ExecuteAsync("INSERT INTO broker_sessions (client_id) VALUES (@id);", cancellationToken, ("id", mark));
        var here = await source.Sql.QueryAsync("SELECT 1 FROM broker_sessions WHERE client_id = @id;", row => row.GetInt32(0), cancellationToken, ("id", mark));
        await target.Sql.ExecuteAsync("DELETE FROM broker_sessions WHERE client_id = @id;", CancellationToken.None, ("id", mark));
        if (here.Count > 0)
        {
            throw new StoreException("The target is this store itself.");
        }
    }

    // The copy would delete rows that the target has and the source never had.
    private async ValueTask RefuseUsedAsync(string uid, CancellationToken cancellationToken)
    {
        // In the middle: the name of a worker may follow.
        var own = $"-{uid}{UnfinishedSuffix}";
        var sessions = await target.Sql.QueryAsync("SELECT client_id FROM broker_sessions;", row => row.GetString(0), cancellationToken);
        if (sessions.Exists(id => id.Contains(own, StringComparison.Ordinal)))
        {
            throw Used("ingest has run there before the copy was finished");
        }

        foreach (var table in CopiedTable.Numbered)
        {
            var last = (await target.Sql.QueryAsync($"SELECT max(id) FROM {table};", row => row.LongOrNull(0), cancellationToken)).Single();
            if (last > await source.Sequences.LastAsync(table, cancellationToken))
            {
                throw Used($"{table} has a row that this store never had");
            }
        }

        for (var after = 0; ;)
        {
            var some = await DevicesAsync(target, after, int.MaxValue, cancellationToken);
            if (some.Count == 0)
            {
                return;
            }

            var ours = (await DevicesAsync(source, after, some[^1].Id, cancellationToken)).ToDictionary(device => device.Id);
            foreach (var (id, device, lastSeen) in some)
            {
                if (ours.TryGetValue(id, out var our) && (our.Uid != device || lastSeen > (our.LastSeen ?? long.MinValue)))
                {
                    throw Used($"device {device} has been seen there later");
                }
            }

            after = some[^1].Id;
        }
    }

    private static ValueTask<List<(int Id, string Uid, long? LastSeen)>> DevicesAsync(StoreEnd end, int after, int last, CancellationToken cancellationToken) => end.Sql.QueryAsync(
        $"SELECT id, uid, last_seen_at FROM devices WHERE id > @after AND id <= @last ORDER BY id{(last == int.MaxValue ? $" LIMIT {DevicesOfAStep}" : "")};",
        row => (row.GetInt32(0), row.GetString(1), row.LongOrNull(2)), cancellationToken, ("after", after), ("last", last));

    private StoreException Used(string why) => new(
        $"The target {target.Name} is a copy of this store that has been used by itself since: {why}. A copy would delete what this store does not have. Nothing was changed.");
}
