using TechTemp.Data.Store;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Maintenance;

/// <summary>How far a rebuild is.</summary>
/// <param name="Devices">How many devices there are to do.</param>
/// <param name="DevicesDone">How many are done.</param>
/// <param name="Readings">How many readings were written again so far.</param>
public sealed record RebuildProgress(int Devices, int DevicesDone, long Readings);

/// <summary>Writes pages again from the readings in them, with their sums computed again, in small steps while everything runs.</summary>
public sealed class PageRebuild(IMaintenanceStore store, IStoreSql sql, TimeProvider time)
{
    private const string NextSql = "SELECT id FROM pages WHERE id BETWEEN @first AND @last AND length(body) > 0 ORDER BY id LIMIT 1;";

    /// <summary>Rebuilds pages.</summary>
    /// <param name="deviceUid">Only this device; null for all.</param>
    /// <param name="from">From the day of this time on, unix milliseconds UTC.</param>
    /// <param name="to">To the day of this time.</param>
    /// <param name="report">Hears of each device that is done.</param>
    /// <param name="cancellationToken">Gives up between two steps.</param>
    /// <returns>Null when there is no such device.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    /// <exception cref="PageDamagedException">A page is damaged: its readings cannot be read.</exception>
    public async Task<RebuildProgress?> RebuildAsync(string? deviceUid, long from, long to, Action<RebuildProgress> report, CancellationToken cancellationToken)
    {
        var pace = new BulkPace(time);
        using var session = store.Open();
        var devices = deviceUid is null ? await StoreDevices.AllAsync(sql, cancellationToken)
            : await StoreDevices.FindAsync(sql, deviceUid, cancellationToken) is { } device ? [device] : [];
        var progress = new RebuildProgress(devices.Count, 0, 0);
        await session.OthersWroteAsync(cancellationToken);
        await pace.NextAsync(cancellationToken);
        foreach (var (id, _, _) in devices)
        {
            for (var day = PageKey.DayOf(Math.Max(from, 0)); await NextDayAsync(session, id, day, cancellationToken) is { } next && next <= to; day = next + PageKey.Day)
            {
                progress = progress with { Readings = progress.Readings + await RebuildAsync(session, id, next, cancellationToken) };
                pace.Done(await session.OthersWroteAsync(cancellationToken));
                await pace.NextAsync(cancellationToken);
            }

            progress = progress with { DevicesDone = progress.DevicesDone + 1 };
            report(progress);
        }

        return devices.Count == 0 && deviceUid is not null ? null : progress;
    }

    private static async ValueTask<long> RebuildAsync(IMaintenanceSession session, int deviceId, long day, CancellationToken cancellationToken)
    {
        while (true)
        {
            // It may have been removed since it was found.
            if (await StoredDay.ReadPagesAsync(session, deviceId, day, cancellationToken) is not { } stored)
            {
                return 0;
            }

            var rebuilt = DayEncoder.Encode(deviceId, stored.Readings);
            await using var transaction = await session.WriteAsync(deviceId, cancellationToken);
            // Somebody else may have written the day since it was read.
            if (await transaction.HasPagesAsync(day, stored.Pages, cancellationToken))
            {
                await transaction.ReplaceAsync(stored.Pages, rebuilt, cancellationToken);
                await transaction.CommitAsync();
                return stored.Readings.Times.Length;
            }
        }
    }

    private static async ValueTask<long?> NextDayAsync(IMaintenanceSession session, int deviceId, long from, CancellationToken cancellationToken)
    {
        await using var snapshot = await session.ReadAsync(deviceId, cancellationToken);
        return await snapshot.QueryAsync(NextSql, page => page.GetInt64(0), cancellationToken, ("first", PageKey.FirstId(deviceId, from)), ("last", PageKey.LastId(deviceId, long.MaxValue)))
            is [var id] ? PageKey.DayOf(PageKey.StartOf(id)) : null;
    }
}
