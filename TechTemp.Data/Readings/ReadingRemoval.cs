using Microsoft.Data.Sqlite;
using TechTemp.Data.Rollups;
using TechTemp.Data.Store;

namespace TechTemp.Data.Readings;

/// <summary>What became of a request to remove readings.</summary>
/// <param name="Deleted">How many were removed.</param>
/// <param name="KeptFrom">Set when nothing was removed because readings before this time are kept as rollups only.</param>
public readonly record struct Removal(int Deleted, DateTimeOffset? KeptFrom = null);

/// <summary>
/// Removes readings in steps, each a short transaction, with pauses in which ingest writes. It goes on when the client that asked has left. A process
/// that is killed leaves whole steps behind: the same request removes the rest.
/// </summary>
public sealed class ReadingRemoval(StoreConnections connections, TimeProvider time)
{
    private const int RowsOfAStep = 4_000;

    // Not BulkPace, whose turns are longer: SQLite looks again after some milliseconds at first (sqliteDefaultBusyCallback), and finds the lock free.
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(20);

    /// <summary>Removes a device's readings of an interval, and computes the rollups that they were in again, day by day.</summary>
    /// <param name="uid">The device.</param>
    /// <param name="from">First time, unix milliseconds UTC, inclusive.</param>
    /// <param name="to">Last time, inclusive.</param>
    /// <returns>Null when there is no device of that uid.</returns>
    /// <exception cref="SqliteException">The store failed; the steps before are done.</exception>
    public async Task<Removal?> RemoveAsync(string uid, long from, long to)
    {
        using var span = StoreSpan.Start("DELETE", "readings");
        using var connection = connections.Open();
        using var find = connection.Prepare("SELECT id, raw_from FROM devices WHERE uid = $uid;", ("$uid", SqliteType.Text));
        int id;
        using (var reader = find.Bind(0, uid).ExecuteReader())
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

        // Their neighbours in time weigh more afterwards, and those are of the same day: a day is one step. It is not looked at again: a device that
        // sends would never be done with.
        var next = from;
        var deleted = await InStepsAsync(connection, transaction => RemoveDay(connection, transaction, id, ref next, to));
        span?.Affected(deleted);
        return new(deleted);
    }

    /// <summary>Removes the readings of a device and their rollups, but for some of the last step: those go with the device.</summary>
    /// <param name="deviceId">The store's key of the device, which is about to be deleted.</param>
    /// <exception cref="SqliteException">The store failed; the steps before are done.</exception>
    internal async Task RemoveAllAsync(int deviceId)
    {
        using var span = StoreSpan.Start("DELETE", "readings");
        using var connection = connections.Open();
        using var readings = connection.Prepare(
            """
            DELETE FROM readings WHERE device_id = $device_id
            AND ts <= coalesce((SELECT ts FROM readings WHERE device_id = $device_id ORDER BY ts LIMIT 1 OFFSET $rows), 9223372036854775807);
            """,
            ("$device_id", SqliteType.Integer), ("$rows", SqliteType.Integer));
        using var rollups = connection.Prepare(
            """
            DELETE FROM rollups WHERE device_id = $device_id AND tier = $tier
            AND bucket <= coalesce((SELECT bucket FROM rollups WHERE device_id = $device_id AND tier = $tier ORDER BY bucket LIMIT 1 OFFSET $rows), 9223372036854775807);
            """,
            ("$device_id", SqliteType.Integer), ("$rows", SqliteType.Integer), ("$tier", SqliteType.Integer));
        readings.Bind(0, deviceId).Bind(1, RowsOfAStep);
        rollups.Bind(0, deviceId).Bind(1, RowsOfAStep);
        var deleted = await InStepsAsync(connection, transaction => Delete(readings, transaction));
        span?.Affected(deleted);
        for (var tier = 0; tier < RollupTiers.Count; tier++)
        {
            rollups.Bind(2, tier);
            await InStepsAsync(connection, transaction => Delete(rollups, transaction));
        }
    }

    // A step returns how many rows it has deleted, and whether another one is to follow.
    private async Task<int> InStepsAsync(SqliteConnection connection, Func<SqliteTransaction, (int Deleted, bool GoesOn)> step)
    {
        for (var all = 0; ;)
        {
            var start = time.GetTimestamp();
            using (var transaction = connection.BeginTransaction(deferred: false))
            {
                var (deleted, goesOn) = step(transaction);
                transaction.Commit();
                all += deleted;
                if (!goesOn)
                {
                    return all;
                }
            }

            if (time.GetElapsedTime(start) is var took && took > TimeSpan.Zero)
            {
                await Task.Delay(took * 2 > s_shortestPause ? took * 2 : s_shortestPause, time);
            }
        }
    }

    private static (int Deleted, bool GoesOn) Delete(SqliteCommand delete, SqliteTransaction transaction)
    {
        delete.Transaction = transaction;
        var deleted = delete.ExecuteNonQuery();
        return (deleted, deleted >= RowsOfAStep);
    }

    private static (int Deleted, bool GoesOn) RemoveDay(SqliteConnection connection, SqliteTransaction transaction, int deviceId, ref long from, long to)
    {
        // Retention may have begun with a day since the last step. Its rollups are all that is left of what it has dropped: they must not be computed again.
        using var first = connection.Prepare(
            """
            SELECT min(ts) FROM readings
            WHERE device_id = $device_id AND ts BETWEEN max($from, coalesce((SELECT raw_from FROM devices WHERE id = $device_id), $from)) AND $to;
            """,
            ("$device_id", SqliteType.Integer), ("$from", SqliteType.Integer), ("$to", SqliteType.Integer));
        first.Transaction = transaction;
        if (first.Bind(0, deviceId).Bind(1, from).Bind(2, to).ExecuteScalar() is not long ts)
        {
            return (0, false);
        }

        var day = RollupTiers.Floor(ts);
        var next = day + RollupTiers.LengthOf(RollupTiers.Coarsest);
        using var delete = connection.Prepare(
            "DELETE FROM readings WHERE device_id = $device_id AND ts BETWEEN $from AND $to;",
            ("$device_id", SqliteType.Integer), ("$from", SqliteType.Integer), ("$to", SqliteType.Integer));
        delete.Transaction = transaction;
        var deleted = delete.Bind(0, deviceId).Bind(1, ts).Bind(2, Math.Min(to, next - 1)).ExecuteNonQuery();
        using var rollups = new RollupStatements(connection);
        rollups.Enter(forget: true);
        RollupBuilder.Build(connection, rollups, deviceId, day, next);
        from = next;
        return (deleted, next <= to);
    }
}
