using Microsoft.Data.Sqlite;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Sqlite.Pages;

/// <summary>How far a rebuild is.</summary>
/// <param name="Devices">How many devices there are to do.</param>
/// <param name="DevicesDone">How many are done.</param>
/// <param name="Readings">How many readings were written again so far.</param>
public sealed record RebuildProgress(int Devices, int DevicesDone, long Readings);

/// <summary>Writes pages again from the readings in them, with their sums computed again, in small steps while everything runs.</summary>
public sealed class PageRebuild(StoreConnections connections, TimeProvider time)
{
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
        using var connection = connections.Open();
        using var pages = new DayPages(connection);
        var devices = Devices(connection, deviceUid);
        var progress = new RebuildProgress(devices.Count, 0, 0);
        var dataVersion = DataVersion(connection);
        await pace.NextAsync(cancellationToken);
        foreach (var id in devices)
        {
            for (var day = PageKey.DayOf(Math.Max(from, 0)); NextDay(connection, id, day) is { } next && next <= to; day = next + PageKey.Day)
            {
                progress = progress with { Readings = progress.Readings + Rebuild(connection, pages, id, next) };
                var before = dataVersion;
                dataVersion = DataVersion(connection);
                pace.Done(othersWrote: dataVersion != before);
                await pace.NextAsync(cancellationToken);
            }

            progress = progress with { DevicesDone = progress.DevicesDone + 1 };
            report(progress);
        }

        return devices.Count == 0 && deviceUid is not null ? null : progress;
    }

    private static long Rebuild(SqliteConnection connection, DayPages pages, int deviceId, long day)
    {
        while (true)
        {
            // It may have been removed since it was found.
            if (pages.ReadPages(deviceId, day) is not { } stored)
            {
                return 0;
            }

            var rebuilt = DayEncoder.Encode(deviceId, stored.Readings);
            using var transaction = connection.BeginTransaction(deferred: false);
            // Somebody else may have written the day since it was read.
            if (pages.HasPages(deviceId, day, stored.Pages))
            {
                pages.Replace(stored.Pages, rebuilt);
                transaction.Commit();
                return stored.Readings.Times.Length;
            }
        }
    }

    private static long? NextDay(SqliteConnection connection, int deviceId, long from)
    {
        using var next = new Statement(connection, "SELECT id FROM pages WHERE id BETWEEN ?1 AND ?2 AND length(body) > 0 ORDER BY id LIMIT 1;");
        return next.BindPages(deviceId, from, long.MaxValue).Step() ? PageKey.DayOf(PageKey.StartOf(next.Long(0))) : null;
    }

    private static List<int> Devices(SqliteConnection connection, string? uid)
    {
        using var command = connection.Prepare("SELECT id FROM devices WHERE $uid IS NULL OR uid = $uid ORDER BY id;", ("$uid", SqliteType.Text));
        using var reader = command.Bind(0, uid).Rows();
        var devices = new List<int>();
        while (reader.Read())
        {
            devices.Add(reader.GetInt32(0));
        }

        return devices;
    }

    private static long DataVersion(SqliteConnection connection) => connection.ScalarLong("PRAGMA data_version;");
}
