using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using TechTemp.Data.Rejections;
using TechTemp.Data.Rollups;
using TechTemp.Data.Store;

namespace TechTemp.Data.Readings;

/// <summary>What retention has dropped.</summary>
/// <param name="Readings">Single readings.</param>
/// <param name="Rollups">Rows of rollups.</param>
public readonly record struct Expired(int Readings, int Rollups);

/// <summary>
/// Lets readings and rollups go when they are old enough, in steps of a few milliseconds, so that readings that come in
/// never wait for it. Times are cut at the coarsest rollups' grid: what is dropped is whole intervals of those that stay.
/// Ages count from the newest reading in the store, or from this machine's clock where that is earlier: a clock that is years ahead drops nothing
/// that its readings show to be recent.
/// </summary>
public sealed class ReadingRetention(StoreConnections connections, IOptions<RetentionOptions> options, TimeProvider time)
{
    private const int RowsOfAStep = 1_000;
    private const int PagesOfAStep = 200;

    /// <summary>Drops what is too old.</summary>
    /// <returns>What each step dropped; the caller may pause between two.</returns>
    /// <exception cref="SqliteException">The store failed; what was dropped before is dropped.</exception>
    public IEnumerable<Expired> Drop()
    {
        using var connection = connections.Open();
        var now = Now(connection);
        foreach (var deviceId in Devices(connection))
        {
            Recover(connection, deviceId, Cut(now, options.Value.Readings));
            foreach (var step in DropReadings(connection, deviceId, Cut(now, options.Value.Readings)))
            {
                yield return new(step, 0);
            }

            foreach (var (tier, age) in new[]
            {
                (RollupTier.QuarterHour, options.Value.Rollups),
                (RollupTier.Hour, options.Value.CoarseRollups),
                (RollupTier.QuarterDay, options.Value.CoarseRollups),
                (RollupTier.Day, options.Value.CoarseRollups),
            })
            {
                foreach (var step in DropRollups(connection, deviceId, tier, Cut(now, age)))
                {
                    yield return new(0, step);
                }
            }
        }

        // What was dropped leaves free pages; they go back to the file system without a VACUUM.
        while (connection.ScalarLong("PRAGMA freelist_count;") > 0)
        {
            connection.Execute($"PRAGMA incremental_vacuum({PagesOfAStep});");
            yield return default;
        }
    }

    private long Now(SqliteConnection connection)
    {
        using var newest = connection.Prepare("SELECT max((SELECT max(ts) FROM readings WHERE device_id = d.id)) FROM devices d;");
        var clock = time.GetUtcNow().ToUnixTimeMilliseconds();
        return newest.ExecuteScalar() is long ts ? Math.Min(ts, clock) : clock;
    }

    // A clock that was ahead has marked times as dropped that had not come yet. Where there are rollups the mark stays: readings were dropped there,
    // and a duplicate could not be told.
    private static void Recover(SqliteConnection connection, int deviceId, long? cut)
    {
        using var recover = connection.Prepare(
            """
            UPDATE devices SET raw_from = max($cut, coalesce((SELECT (max(bucket) + 1) * $length FROM rollups WHERE device_id = $device_id AND tier = $tier), 0))
            WHERE id = $device_id
            AND raw_from > max($cut, coalesce((SELECT (max(bucket) + 1) * $length FROM rollups WHERE device_id = $device_id AND tier = $tier), 0));
            """,
            ("$device_id", SqliteType.Integer), ("$cut", SqliteType.Integer), ("$tier", SqliteType.Integer), ("$length", SqliteType.Integer));
        recover.Bind(0, deviceId).Bind(1, cut ?? 0).Bind(2, (int)RollupTier.QuarterHour).Bind(3, RollupTiers.LengthOf(RollupTier.QuarterHour)).ExecuteNonQuery();
    }

    private static IEnumerable<int> DropReadings(SqliteConnection connection, int deviceId, long? before)
    {
        if (before is not { } cut)
        {
            yield break;
        }

        using var bounds = connection.Prepare(
            """
            SELECT (SELECT min(ts) FROM readings WHERE device_id = $device_id AND ts < $cut),
                (SELECT ts FROM readings WHERE device_id = $device_id AND ts < $cut ORDER BY ts LIMIT 1 OFFSET $rows);
            """,
            ("$device_id", SqliteType.Integer), ("$cut", SqliteType.Integer), ("$rows", SqliteType.Integer));
        // From here on a late reading of that time is refused: a duplicate could not be told any more.
        using var mark = connection.Prepare(
            "UPDATE devices SET raw_from = max(coalesce(raw_from, 0), $cut) WHERE id = $device_id;",
            ("$device_id", SqliteType.Integer), ("$cut", SqliteType.Integer));
        using var delete = connection.Prepare(
            "DELETE FROM readings WHERE device_id = $device_id AND ts < $to;",
            ("$device_id", SqliteType.Integer), ("$to", SqliteType.Integer));
        while (true)
        {
            using var transaction = connection.BeginTransaction(deferred: false);
            bounds.Transaction = mark.Transaction = delete.Transaction = transaction;
            if (Bounds(bounds.Bind(0, deviceId).Bind(1, cut).Bind(2, RowsOfAStep)) is not { } step)
            {
                yield break;
            }

            mark.Bind(0, deviceId).Bind(1, cut).ExecuteNonQuery();
            var dropped = delete.Bind(0, deviceId).Bind(1, EndOfStep(step.First, step.Beyond, cut, RollupTiers.LengthOf(RollupTier.QuarterHour))).ExecuteNonQuery();
            transaction.Commit();
            yield return dropped;
        }
    }

    private static IEnumerable<int> DropRollups(SqliteConnection connection, int deviceId, RollupTier tier, long? before)
    {
        if (before is not { } cut)
        {
            yield break;
        }

        var length = RollupTiers.LengthOf(tier);
        using var delete = connection.Prepare(
            """
            DELETE FROM rollups WHERE device_id = $device_id AND tier = $tier AND bucket < $cut
            AND bucket <= coalesce(
                (SELECT bucket FROM rollups WHERE device_id = $device_id AND tier = $tier ORDER BY bucket LIMIT 1 OFFSET $rows), $cut);
            """,
            ("$device_id", SqliteType.Integer), ("$tier", SqliteType.Integer), ("$cut", SqliteType.Integer), ("$rows", SqliteType.Integer));
        delete.Bind(0, deviceId).Bind(1, (int)tier).Bind(2, cut / length).Bind(3, RowsOfAStep);
        while (delete.ExecuteNonQuery() is > 0 and var dropped)
        {
            yield return dropped;
        }
    }

    // Whole intervals of the finest rollups, even where one has more readings than a step.
    private static long EndOfStep(long first, long? beyond, long cut, long interval) =>
        beyond is null ? cut : Math.Max(beyond.Value - beyond.Value % interval, first - first % interval + interval);

    private static (long First, long? Beyond)? Bounds(SqliteCommand bounds)
    {
        using var reader = bounds.ExecuteReader();
        reader.Read();
        return reader.LongOrNull(0) is { } first ? (first, reader.LongOrNull(1)) : null;
    }

    private static List<int> Devices(SqliteConnection connection)
    {
        using var command = connection.Prepare("SELECT id FROM devices;");
        using var reader = command.ExecuteReader();
        var ids = new List<int>();
        while (reader.Read())
        {
            ids.Add(reader.GetInt32(0));
        }

        return ids;
    }

    private static long? Cut(long now, TimeSpan? age) => age is { } old ? RollupTiers.Floor(Math.Max(0, now - (long)old.TotalMilliseconds)) : null;
}
