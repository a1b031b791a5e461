using TechTemp.Data.Store;
using TechTemp.Data.Work;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Maintenance;

/// <summary>What became of a request to remove readings.</summary>
/// <param name="Deleted">How many were removed.</param>
/// <param name="KeptFrom">Set when nothing was removed because single readings before this time are no longer kept.</param>
public readonly record struct Removal(int Deleted, DateTimeOffset? KeptFrom = null);

/// <summary>
/// Removes readings in steps, each a short transaction, with pauses in which ingest writes. It goes on when the client that asked has left. That it has begun stands in the
/// store: when the process is killed, another one removes the rest (<see cref="WorkRegistry"/>).
/// </summary>
public sealed class ReadingRemoval(IMaintenanceStore store, IStoreSql sql, TimeProvider time)
{
    private const int PagesOfAStep = 200;

    private const string PagesSql = "DELETE FROM pages WHERE id IN (SELECT id FROM pages WHERE id BETWEEN @first AND @last LIMIT @rows);";

    private const string RowsSql =
        """
        DELETE FROM readings WHERE device_id = @device_id
        AND ts <= coalesce((SELECT ts FROM readings WHERE device_id = @device_id ORDER BY ts LIMIT 1 OFFSET @rows), 9223372036854775807);
        """;

    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    // Not BulkPace, whose turns are longer: SQLite looks again after some milliseconds at first (sqliteDefaultBusyCallback), and finds the lock free.
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(20);

    private readonly WorkRegistry _work = new(sql);

    /// <summary>How many rows a transaction may delete: some milliseconds.</summary>
    internal int RowsOfAStep { get; init; } = 4_000;

    /// <summary>Removes a device's readings of an interval, day by day.</summary>
    /// <param name="uid">The device.</param>
    /// <param name="from">First time, unix milliseconds UTC, inclusive.</param>
    /// <param name="to">Last time, inclusive.</param>
    /// <returns>Null when there is no device of that uid.</returns>
    /// <exception cref="StoreException">The store failed; the steps before are done.</exception>
    public async Task<Removal?> RemoveAsync(string uid, long from, long to)
    {
        using var span = StoreSpan.Start("DELETE", "readings", system: sql.System);
        if (await StoreDevices.FindAsync(sql, uid, CancellationToken.None) is not { } device)
        {
            return null;
        }

        if (from < device.RawFrom)
        {
            return new(0, DateTimeOffset.FromUnixTimeMilliseconds(device.RawFrom.Value));
        }

        if (await _work.BeginAsync(device.Id, WorkKind.Removal, from, to) is not { } claim)
        {
            return null;
        }

        var deleted = await FinishAsync(claim);
        span?.Affected(deleted);
        return new(deleted);
    }

    /// <summary>Deletes a device with all of its readings: those first.</summary>
    /// <param name="deviceId">The store's key of the device.</param>
    /// <returns>False when there is no such device.</returns>
    /// <exception cref="StoreException">The store failed; the steps before are done.</exception>
    internal async Task<bool> RemoveDeviceAsync(int deviceId)
    {
        if (await _work.BeginAsync(deviceId, WorkKind.Deletion) is not { } claim)
        {
            return false;
        }

        await FinishAsync(claim);
        return true;
    }

    /// <summary>Does claimed work until it is finished, by this process or by one that takes it over.</summary>
    /// <param name="claim">The work.</param>
    /// <param name="stop">Stops after a step; the claim stays.</param>
    /// <returns>How many readings this process has removed from an interval.</returns>
    /// <exception cref="StoreException">The store failed; the steps before are done, and the rest is to be tried again.</exception>
    internal async Task<int> FinishAsync(WorkClaim claim, CancellationToken stop = default)
    {
        var deleted = 0;
        try
        {
            if (claim.Kind == WorkKind.Deletion)
            {
                await RemoveAllAsync(claim, stop);
                await DeleteDeviceAsync(claim.DeviceId);
                return 0;
            }

            using (var session = store.Open())
            {
                var removal = new IntervalRemoval(session, claim.DeviceId, claim.From, claim.To, RowsOfAStep, transaction => _work.RenewAsync(claim, transaction));
                await InStepsAsync(
                    async () =>
                    {
                        var step = await removal.StepAsync(time.GetUtcNow().ToUnixTimeMilliseconds());
                        deleted += step.Deleted;
                        return step;
                    },
                    stop);
            }

            // Before the answer: whoever has it may store other readings of that interval.
            await _work.EndAsync(claim);
        }
        catch (WorkTakenOverException)
        {
            while (await _work.IsPendingAsync(claim))
            {
                await Task.Delay(s_look, time, stop);
            }
        }
        catch (Exception e) when (e is not StoreException && !stop.IsCancellationRequested)
        {
            // What is damaged stays so however often it is tried.
            await _work.EndAsync(claim);
            throw;
        }

        return deleted;
    }

    // But for some that come after the last step: those go with the device.
    private async Task RemoveAllAsync(WorkClaim claim, CancellationToken stop)
    {
        using var span = StoreSpan.Start("DELETE", "readings", system: sql.System);
        using var session = store.Open();
        // Pages first: where there are pages there is a row that is newer.
        foreach (var (delete, rows) in new[] { (PagesSql, PagesOfAStep), (RowsSql, RowsOfAStep) })
        {
            var deleted = await InStepsAsync(() => DeleteAsync(session, claim, delete, rows), stop);
            span?.Affected(deleted);
        }
    }

    // With the readings that came in the meantime.
    private async Task DeleteDeviceAsync(int deviceId)
    {
        await using var transaction = await sql.BeginAsync(CancellationToken.None);
        await DeviceDeletion.ExecuteAsync(transaction, deviceId, CancellationToken.None);
        await transaction.CommitAsync();
    }

    private async ValueTask<(int Deleted, bool GoesOn)> DeleteAsync(IMaintenanceSession session, WorkClaim claim, string delete, int rows)
    {
        var id = claim.DeviceId;
        await using var transaction = await session.WriteAsync(id, CancellationToken.None);
        await _work.RenewAsync(claim, transaction);
        var deleted = await transaction.ExecuteAsync(
            delete, CancellationToken.None, ("device_id", id), ("first", PageKey.FirstId(id, 0)), ("last", PageKey.LastId(id, long.MaxValue)), ("rows", rows));
        await transaction.CommitAsync();
        return (deleted, deleted >= rows);
    }

    // A step returns how many readings it has deleted, and whether another one is to follow.
    private async Task<int> InStepsAsync(Func<ValueTask<(int Deleted, bool GoesOn)>> step, CancellationToken stop)
    {
        for (var all = 0; ;)
        {
            stop.ThrowIfCancellationRequested();
            var start = time.GetTimestamp();
            var (deleted, goesOn) = await step();
            all += deleted;
            if (!goesOn)
            {
                return all;
            }

            if (time.GetElapsedTime(start) is var took && took > TimeSpan.Zero)
            {
                // Not so long that the process counts as silent.
                await Task.Delay(TimeSpan.FromTicks(Math.Clamp(took.Ticks * 2, s_shortestPause.Ticks, s_longestPause.Ticks)), time, stop);
            }
        }
    }
}
