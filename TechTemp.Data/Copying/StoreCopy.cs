using TechTemp.Data.Maintenance;
using TechTemp.Data.Store;

namespace TechTemp.Data.Copying;

/// <summary>
/// Makes another store a copy of this one, while this one is in use: in steps, each a short snapshot of the source and a short transaction of the target. Each step compares
/// before it writes. So a copy that was killed goes on when it is started again, and a copy that is repeated writes only what has changed.
/// </summary>
/// <param name="source">The store.</param>
public sealed class StoreCopy(StoreEnd source)
{
    private const string Job = "copy";

    /// <summary>Copies, compares, and copies again what has changed meanwhile.</summary>
    /// <param name="target">The other store: an empty one, or an earlier copy of this one that nobody has used.</param>
    /// <param name="tell">Called after each step.</param>
    /// <param name="cancellationToken">Gives up. What was copied stays.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="StoreException">The target cannot be a copy of this store, or one of the two failed.</exception>
    public async Task<CopyResult> CopyAsync(StoreEnd target, Action<CopyProgress> tell, CancellationToken cancellationToken)
    {
        if (source.Name == target.Name && source.Sql.System == target.Sql.System && source.Sql.System == StoreSpan.Sqlite)
        {
            throw new StoreException("The target is this store itself.");
        }

        await using var held = await target.Locks.TryTakeAsync(Job, cancellationToken)
            ?? throw new StoreException($"Another copy into {target.Name} is at work.");
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, held.Lost);
        try
        {
            return await CopyWithLockAsync(target, tell, cancel.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StoreException($"The connection to {target.Name} was lost. Copy again: it goes on where it ended.", e);
        }
    }

    private async Task<CopyResult> CopyWithLockAsync(StoreEnd target, Action<CopyProgress> tell, CancellationToken cancellationToken)
    {
        var start = new CopyStart(source, target);
        var uid = await start.BeginAsync(cancellationToken);
        using var from = source.Readings.Open();
        using var to = target.Readings.Open();
        var run = new CopyRun(source, target, from, to, tell);
        await run.CopyAsync(cancellationToken);
        var result = await run.CompareAsync(cancellationToken);
        if (result.IsFinished)
        {
            await start.FinishAsync(uid, cancellationToken);
        }

        return result;
    }
}

/// <summary>One run of a copy: all of it once, then all of it compared.</summary>
internal sealed class CopyRun(StoreEnd source, StoreEnd target, IMaintenanceSession from, IMaintenanceSession to, Action<CopyProgress> tell)
{
    private const int DevicesOfAStep = 500;

    private readonly DeviceCopy _devices = new(target, from, to);

    /// <summary>Copies everything once.</summary>
    /// <exception cref="StoreException">A store failed.</exception>
    public async ValueTask CopyAsync(CancellationToken cancellationToken)
    {
        var (done, readings) = (0, 0L);
        await RemoveDevicesAsync(cancellationToken);
        await CopyRoomsAsync(cancellationToken);
        var devices = await StoreDevices.AllAsync(source.Sql, cancellationToken);
        foreach (var device in devices)
        {
            if (await _devices.CopyAsync(device.Id, cancellationToken) is { } head)
            {
                var days = new DayCopy(from, to, device.Id);
                for (var start = 0L; await days.NextAsync(start, head.LastSeen, cancellationToken) is { } copied; start = copied.Days.Last + 1)
                {
                    readings += copied.Readings;
                    tell(new("copying", done, devices.Count, readings));
                }
            }

            tell(new("copying", ++done, devices.Count, readings));
        }

        foreach (var table in CopiedTable.Others)
        {
            await new TableCopy(table, source, target).DeleteGoneAsync(cancellationToken);
            await new TableCopy(table, source, target).WriteAsync(cancellationToken);
        }

        // None is deleted: its session may have readings.
        await new TableCopy(CopiedTable.BrokerSessions, source, target).WriteAsync(cancellationToken);
        await new TableCopy(CopiedTable.Rooms, source, target).DeleteGoneAsync(cancellationToken);
        foreach (var table in CopiedTable.Numbered)
        {
            await target.Sequences.RaiseAsync(table, await source.Sequences.LastAsync(table, cancellationToken), cancellationToken);
        }
    }

    /// <summary>Compares everything, and copies again what differs.</summary>
    /// <exception cref="StoreException">A store failed.</exception>
    public async ValueTask<CopyResult> CompareAsync(CancellationToken cancellationToken)
    {
        var comparison = new Comparison();
        await comparison.CompareAsync(
            "devices", async end => await TableAsync(CopiedTable.Devices, end, cancellationToken), () => CopyNewDevicesAsync(cancellationToken), source, target);
        await comparison.CompareAsync("rooms", async end => await TableAsync(CopiedTable.Rooms, end, cancellationToken), () => CopyRoomsAndDeleteAsync(cancellationToken), source, target);
        var (done, readings) = (0, 0L);
        var devices = await StoreDevices.AllAsync(source.Sql, cancellationToken);
        foreach (var device in devices)
        {
            readings += await CompareAsync(comparison, device, cancellationToken);
            tell(new("comparing", ++done, devices.Count, readings));
        }

        foreach (var table in CopiedTable.Others)
        {
            var copy = new TableCopy(table, source, target);
            await comparison.CompareAsync(
                table.Name, async end => await TableAsync(table, end, cancellationToken),
                async () => _ = await copy.DeleteGoneAsync(cancellationToken) + await copy.WriteAsync(cancellationToken), source, target);
        }

        var sessions = new TableCopy(CopiedTable.BrokerSessions, source, target);
        await comparison.CompareAsync(
            "broker_sessions", async end => [("broker_sessions", (await sessions.CheckAsync(end, source, cancellationToken)).ToString())],
            async () => _ = await sessions.WriteAsync(cancellationToken), source, target);
        return new(devices.Count, readings, comparison.Changed, comparison.Differences);
    }

    private async ValueTask<long> CompareAsync(Comparison comparison, MaintainedDevice device, CancellationToken cancellationToken)
    {
        var (head, _) = await DeviceCopy.ReadAsync(from, device.Id, cancellationToken);
        await comparison.CompareAsync(
            $"device {device.Uid}",
            async session => (await DeviceCopy.ReadAsync(session, device.Id, cancellationToken)).Head is { } found ? [($"device {device.Uid}", found.Check.ToString())] : [],
            async () =>
            {
                head = await _devices.CopyAsync(device.Id, cancellationToken);
                if (head is null)
                {
                    await _devices.RemoveAsync(device.Id, cancellationToken);
                }
            },
            from, to);
        var (days, readings) = (new DayCopy(from, to, device.Id), 0L);
        for (var start = 0L; head is not null && await days.WindowAsync(start, cancellationToken) is { } window; start = window.Last + 1)
        {
            var there = 0;
            await comparison.CompareAsync(
                $"device {device.Uid}",
                async session =>
                {
                    var checks = await days.CheckAsync(session, window, cancellationToken);
                    there = checks.Sum(day => day.Rows + day.Sealed);
                    return [.. checks.Select(day => ($"{device.Uid} {DateTimeOffset.FromUnixTimeMilliseconds(day.Day).UtcDateTime:yyyy-MM-dd}", day.ToString()))];
                },
                async () =>
                {
                    // Both change together when a reading comes.
                    head = await _devices.CopyAsync(device.Id, cancellationToken) ?? head;
                    await days.CopyAsync(window, head!.LastSeen, cancellationToken);
                },
                from, to);
            readings += there;
        }

        return readings;
    }

    private async ValueTask CopyNewDevicesAsync(CancellationToken cancellationToken)
    {
        await RemoveDevicesAsync(cancellationToken);
        foreach (var device in await StoreDevices.AllAsync(source.Sql, cancellationToken))
        {
            await _devices.CopyAsync(device.Id, cancellationToken);
        }
    }

    private async ValueTask RemoveDevicesAsync(CancellationToken cancellationToken)
    {
        for (int? after = 0; after is not null;)
        {
            var some = await IdsAsync(target, after.Value, int.MaxValue, cancellationToken);
            after = some.Count == 0 ? null : some[^1];
            var there = after is null ? [] : (await IdsAsync(source, some[0] - 1, some[^1], cancellationToken)).ToHashSet();
            foreach (var gone in some.Where(id => !there.Contains(id)))
            {
                await _devices.RemoveAsync(gone, cancellationToken);
                tell(new("copying", 0, 0, 0));
            }
        }
    }

    private static ValueTask<List<int>> IdsAsync(StoreEnd end, int after, int last, CancellationToken cancellationToken) => end.Sql.QueryAsync(
        $"SELECT id FROM devices WHERE id > @after AND id <= @last ORDER BY id{(last == int.MaxValue ? $" LIMIT {DevicesOfAStep}" : "")};",
        row => row.GetInt32(0), cancellationToken, ("after", after), ("last", last));

    private async ValueTask CopyRoomsAsync(CancellationToken cancellationToken)
    {
        await foreach (var some in new TableCopy(CopiedTable.Rooms, source, target).ChangedAsync(cancellationToken))
        {
            await using var transaction = await target.Sql.BeginAsync(cancellationToken);
            await RoomCopy.WriteAsync(transaction, some, cancellationToken);
            await transaction.CommitAsync();
        }
    }

    private async ValueTask CopyRoomsAndDeleteAsync(CancellationToken cancellationToken)
    {
        await CopyRoomsAsync(cancellationToken);
        // A device may still stand in a room that is gone by now.
        await CopyNewDevicesAsync(cancellationToken);
        await new TableCopy(CopiedTable.Rooms, source, target).DeleteGoneAsync(cancellationToken);
    }

    private async ValueTask<List<(string, string)>> TableAsync(CopiedTable table, StoreEnd end, CancellationToken cancellationToken) =>
        [(table.Name, (await new TableCopy(table, source, target).CheckAsync(end, null, cancellationToken)).ToString())];
}
