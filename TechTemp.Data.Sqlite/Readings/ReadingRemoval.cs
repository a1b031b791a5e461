using Microsoft.Data.Sqlite;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Pages;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Sqlite.Readings;

/// <summary>What became of a request to remove readings.</summary>
/// <param name="Deleted">How many were removed.</param>
/// <param name="KeptFrom">Set when nothing was removed because single readings before this time are no longer kept.</param>
public readonly record struct Removal(int Deleted, DateTimeOffset? KeptFrom = null);

/// <summary>
/// Removes readings in steps, each a short transaction, with pauses in which ingest writes. It goes on when the client that asked has left. A process
/// that is killed leaves whole steps behind: the same request removes the rest.
/// </summary>
public sealed class ReadingRemoval(StoreConnections connections, TimeProvider time)
{
    private const int PagesOfAStep = 200;

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
        using var span = StoreSpan.Start("DELETE", "readings");
        using var connection = connections.Open();
        using var find = connection.Prepare("SELECT id, raw_from FROM devices WHERE uid = $uid;", ("$uid", SqliteType.Text));
        int id;
        using (var reader = find.Bind(0, uid).Rows())
        {
            if (!reader.Read())
            {
                return null;
            }

            id = reader.GetInt32(0);
            if (reader.LongOrNull(1) is { } rawFrom && from < rawFrom)
            {
                return new(0, DateTimeOffset.FromUnixTimeMilliseconds(rawFrom));
            }
        }

        using var days = new DayPages(connection);
        var removal = new IntervalRemoval(connection, days, id, from, to, RowsOfAStep);
        var deleted = await InStepsAsync(() => removal.Step(time.GetUtcNow().ToUnixTimeMilliseconds()));
        span?.Affected(deleted);
        return new(deleted);
    }

    /// <summary>Removes the readings of a device, but for some of the last step: those go with the device.</summary>
    /// <param name="deviceId">The store's key of the device, which is about to be deleted.</param>
    /// <exception cref="StoreException">The store failed; the steps before are done.</exception>
    internal async Task RemoveAllAsync(int deviceId)
    {
        using var span = StoreSpan.Start("DELETE", "readings");
        using var connection = connections.Open();
        // Pages first: where there are pages there is a row that is newer.
        using var pages = connection.Prepare(
            $"DELETE FROM pages WHERE id IN (SELECT id FROM pages WHERE {PageTable.OfDevice("$device_id")} LIMIT $rows);",
            ("$device_id", SqliteType.Integer), ("$rows", SqliteType.Integer));
        using var readings = connection.Prepare(
            """
            DELETE FROM readings WHERE device_id = $device_id
            AND ts <= coalesce((SELECT ts FROM readings WHERE device_id = $device_id ORDER BY ts LIMIT 1 OFFSET $rows), 9223372036854775807);
            """,
            ("$device_id", SqliteType.Integer), ("$rows", SqliteType.Integer));
        foreach (var (delete, rows) in new[] { (pages, PagesOfAStep), (readings, RowsOfAStep) })
        {
            delete.Bind(0, deviceId).Bind(1, rows);
            var deleted = await InStepsAsync(() => Delete(connection, delete, rows));
            span?.Affected(deleted);
        }
    }

    // A step returns how many readings it has deleted, and whether another one is to follow.
    private async Task<int> InStepsAsync(Func<(int Deleted, bool GoesOn)> step)
    {
        for (var all = 0; ;)
        {
            var start = time.GetTimestamp();
            var (deleted, goesOn) = step();
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

    private static (int Deleted, bool GoesOn) Delete(SqliteConnection connection, SqliteCommand delete, int rows)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        delete.Transaction = transaction;
        var deleted = delete.ExecuteNonQuery();
        transaction.Commit();
        return (deleted, deleted >= rows);
    }
}
