using TechTemp.Data.Store;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Maintenance;

/// <summary>What became of a request to remove readings.</summary>
/// <param name="Deleted">How many were removed.</param>
/// <param name="KeptFrom">Set when nothing was removed because single readings before this time are no longer kept.</param>
public readonly record struct Removal(int Deleted, DateTimeOffset? KeptFrom = null);

/// <summary>
/// Removes readings in steps, each a short transaction, with pauses in which ingest writes. It goes on when the client that asked has left. A process
/// that is killed leaves whole steps behind: the same request removes the rest.
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

    // Not BulkPace, whose turns are longer: SQLite looks again after some milliseconds at first (sqliteDefaultBusyCallback), and finds the lock free.
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(20);

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

        using var session = store.Open();
        var removal = new IntervalRemoval(session, device.Id, from, to, RowsOfAStep);
        var deleted = await InStepsAsync(() => removal.StepAsync(time.GetUtcNow().ToUnixTimeMilliseconds()));
        span?.Affected(deleted);
        return new(deleted);
    }

    /// <summary>Removes the readings of a device, but for some of the last step: those go with the device.</summary>
    /// <param name="deviceId">The store's key of the device, which is about to be deleted.</param>
    /// <exception cref="StoreException">The store failed; the steps before are done.</exception>
    internal async Task RemoveAllAsync(int deviceId)
    {
        using var span = StoreSpan.Start("DELETE", "readings", system: sql.System);
        using var session = store.Open();
        // Pages first: where there are pages there is a row that is newer.
        foreach (var (delete, rows) in new[] { (PagesSql, PagesOfAStep), (RowsSql, RowsOfAStep) })
        {
            var deleted = await InStepsAsync(() => DeleteAsync(session, deviceId, delete, rows));
            span?.Affected(deleted);
        }
    }

    private static async ValueTask<(int Deleted, bool GoesOn)> DeleteAsync(IMaintenanceSession session, int deviceId, string delete, int rows)
    {
        await using var transaction = await session.WriteAsync(deviceId, CancellationToken.None);
        var deleted = await transaction.ExecuteAsync(
            delete, CancellationToken.None, ("device_id", deviceId), ("first", PageKey.FirstId(deviceId, 0)), ("last", PageKey.LastId(deviceId, long.MaxValue)), ("rows", rows));
        await transaction.CommitAsync();
        return (deleted, deleted >= rows);
    }

    // A step returns how many readings it has deleted, and whether another one is to follow.
    private async Task<int> InStepsAsync(Func<ValueTask<(int Deleted, bool GoesOn)>> step)
    {
        for (var all = 0; ;)
        {
            var start = time.GetTimestamp();
            var (deleted, goesOn) = await step();
            all += deleted;
            if (!goesOn)
            {
                return all;
            }

            if (time.GetElapsedTime(start) is var took && took > TimeSpan.Zero)
            {
                await Task.Delay(took * 2 > s_shortestPause ? took * 2 : s_shortestPause, time);
            }
        }
    }
}
