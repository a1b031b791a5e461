using Microsoft.Data.Sqlite;
using TechTemp.Data.Store;

namespace TechTemp.Data.Rollups;

/// <summary>How far a computation of rollups is.</summary>
/// <param name="Devices">How many devices there are to do.</param>
/// <param name="DevicesDone">How many are done.</param>
/// <param name="Readings">How many readings were rolled up so far.</param>
public sealed record RollupProgress(int Devices, int DevicesDone, long Readings);

/// <summary>Computes rollups from readings: those that a store from before rollups lacks, and any again on demand.</summary>
public sealed class RollupBuilder(StoreConnections connections, TimeProvider time)
{
    // Of a reading every five seconds a transaction takes some 17,000: a few hundredths of a second.
    private static readonly long s_step = RollupTiers.LengthOf(RollupTiers.Coarsest);

    /// <summary>Whether a device's rollups have not been computed to their end.</summary>
    internal static bool IsMissing(SqliteConnection connection) => connection.ScalarLong("SELECT EXISTS (SELECT 1 FROM rollup_backlog);") != 0;

    /// <summary>
    /// Computes what the store lacks. Each step is a transaction with the record of how far it has come: a process that is
    /// killed goes on from there. Without pauses: nobody else uses a store whose schema is not current.
    /// </summary>
    /// <param name="connection">A connection of its own.</param>
    /// <param name="report">Hears of each device that is done.</param>
    /// <exception cref="SqliteException">The store failed.</exception>
    internal static void BuildMissing(SqliteConnection connection, Action<RollupProgress> report)
    {
        var devices = Select(connection, "SELECT device_id, next_ts, 0 FROM rollup_backlog ORDER BY device_id;");
        var readings = 0L;
        foreach (var (device, index) in devices.Select((d, i) => (d, i)))
        {
            readings += Steps(connection, device.Id, device.From, long.MaxValue, next => connection.Execute(
                next is null
                    ? $"DELETE FROM rollup_backlog WHERE device_id = {device.Id};"
                    : $"UPDATE rollup_backlog SET next_ts = {next} WHERE device_id = {device.Id};")).Sum();
            report(new(devices.Count, index + 1, readings));
        }
    }

    /// <summary>Computes rollups again from readings, in small steps while everything runs. Rollups whose readings retention has dropped stay.</summary>
    /// <param name="deviceUid">Only this device; null for all.</param>
    /// <param name="from">From the day of this time on, unix milliseconds UTC.</param>
    /// <param name="to">To the day of this time.</param>
    /// <param name="report">Hears of each device that is done.</param>
    /// <param name="cancellationToken">Gives up between two steps.</param>
    /// <returns>Null when there is no such device.</returns>
    /// <exception cref="SqliteException">The store failed.</exception>
    public async Task<RollupProgress?> RebuildAsync(string? deviceUid, long from, long to, Action<RollupProgress> report, CancellationToken cancellationToken)
    {
        var pace = new BulkPace(time);
        using var connection = connections.Open();
        var devices = Select(connection, "SELECT id, 0, coalesce(raw_from, 0) FROM devices WHERE $uid IS NULL OR uid = $uid ORDER BY id;", deviceUid);
        var progress = new RollupProgress(devices.Count, 0, 0);
        var dataVersion = DataVersion(connection);
        await pace.NextAsync(cancellationToken);
        foreach (var (id, _, rawFrom) in devices)
        {
            foreach (var readings in Steps(connection, id, Math.Max(from, rawFrom), to, _ => { }))
            {
                progress = progress with { Readings = progress.Readings + readings };
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

    /// <summary>Computes the rollups of a device's interval again, inside the caller's transaction.</summary>
    /// <param name="connection">The connection of the transaction.</param>
    /// <param name="rollups">The statements, entered.</param>
    /// <param name="deviceId">The device.</param>
    /// <param name="from">Its start, of the coarsest tier's grid.</param>
    /// <param name="to">Its end, exclusive, of the coarsest tier's grid.</param>
    /// <returns>How many readings there are in it.</returns>
    internal static long Build(SqliteConnection connection, RollupStatements rollups, int deviceId, long from, long to)
    {
        rollups.Clear(deviceId, from, to);
        using var raw = new Statement(connection, RollupReader.RawSql);
        raw.Bind(1, deviceId).Bind(2, from).Bind(3, to - 1);
        var count = 0L;
        foreach (var reading in WeighedReading.Of(raw))
        {
            rollups.Add(deviceId, reading, newest: long.MinValue);
            count++;
        }

        rollups.Leave();
        return count;
    }

    // Yields how many readings each transaction had. Inside it "stepped" hears where the next one begins; null in the last.
    private static IEnumerable<long> Steps(SqliteConnection connection, int deviceId, long from, long to, Action<long?> stepped)
    {
        using var rollups = new RollupStatements(connection);
        for (long? next = RollupTiers.Floor(Math.Max(from, 0)); next is { } start;)
        {
            var readings = 0L;
            using (var transaction = connection.BeginTransaction(deferred: false))
            {
                rollups.Enter(forget: true);
                // Over times without readings and without rollups it jumps.
                if (First(connection, deviceId, start) is { } first && first <= to)
                {
                    start = Math.Max(start, RollupTiers.Floor(first));
                    readings = Build(connection, rollups, deviceId, start, start + s_step);
                    next = start + s_step;
                }
                else
                {
                    next = null;
                }

                stepped(next);
                transaction.Commit();
            }

            yield return readings;
        }
    }

    private static long DataVersion(SqliteConnection connection) => connection.ScalarLong("PRAGMA data_version;");

    private static long? First(SqliteConnection connection, int deviceId, long from)
    {
        var length = RollupTiers.LengthOf(RollupTiers.Coarsest);
        using var command = connection.Prepare(
            """
            SELECT min(ts) FROM (
                SELECT min(ts) AS ts FROM readings WHERE device_id = $device_id AND ts >= $from
                UNION ALL
                SELECT min(bucket) * $length FROM rollups WHERE device_id = $device_id AND tier = $tier AND bucket >= $from / $length);
            """,
            ("$device_id", SqliteType.Integer), ("$from", SqliteType.Integer), ("$length", SqliteType.Integer), ("$tier", SqliteType.Integer));
        using var reader = command.Bind(0, deviceId).Bind(1, from).Bind(2, length).Bind(3, (int)RollupTiers.Coarsest).ExecuteReader();
        reader.Read();
        return reader.LongOrNull(0);
    }

    private static List<(int Id, long From, long RawFrom)> Select(SqliteConnection connection, string sql, string? uid = null)
    {
        using var command = connection.Prepare(sql, ("$uid", SqliteType.Text));
        using var reader = command.Bind(0, uid).ExecuteReader();
        var devices = new List<(int, long, long)>();
        while (reader.Read())
        {
            devices.Add((reader.GetInt32(0), reader.GetInt64(1), reader.GetInt64(2)));
        }

        return devices;
    }
}
