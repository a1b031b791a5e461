using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Pages;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Sqlite.Readings;

/// <summary>
/// Lets readings go when they are old enough, in steps of a few milliseconds, so that readings that come in never wait for it. Times are cut at midnight
/// UTC: what is dropped is whole pages.
/// Ages count from the newest reading in the store, or from this machine's clock where that is earlier: a clock that is years ahead drops nothing
/// that its readings show to be recent.
/// </summary>
public sealed class ReadingRetention(StoreConnections connections, IOptions<RetentionOptions> options, TimeProvider time)
{
    private const int RowsOfAStep = 1_000;
    private const int PagesOfAStep = 200;

    /// <summary>Drops what is too old.</summary>
    /// <returns>What each step dropped; the caller may pause between two.</returns>
    /// <exception cref="StoreException">The store failed; what was dropped before is dropped.</exception>
    public IEnumerable<long> Drop()
    {
        using var connection = connections.Open();
        var now = Now(connection);
        foreach (var deviceId in Devices(connection))
        {
            Recover(connection, deviceId, Cut(now, options.Value.LongestReadings()));
            // Pages first: where there are pages there is a row that is newer.
            foreach (var step in DropPages(connection, deviceId, Cut(now, options.Value.LongestReadings()), Cut(now, options.Value.CoarseRollups))
                .Concat(DropReadings(connection, deviceId, Cut(now, options.Value.LongestReadings()))))
            {
                yield return step;
            }
        }

        // What was dropped leaves free pages; they go back to the file system without a VACUUM.
        while (connection.ScalarLong("PRAGMA freelist_count;") > 0)
        {
            connection.Execute($"PRAGMA incremental_vacuum({PagesOfAStep});");
            yield return 0;
        }
    }

    private long Now(SqliteConnection connection)
    {
        using var newest = connection.Prepare("SELECT max((SELECT max(ts) FROM readings WHERE device_id = d.id)) FROM devices d;");
        var clock = time.GetUtcNow().ToUnixTimeMilliseconds();
        return newest.ExecuteScalar() is long ts ? Math.Min(ts, clock) : clock;
    }

    // A clock that was ahead has marked times as dropped that had not come yet. Where an older version has left pages without readings the mark stays:
    // a reading there would be counted twice.
    private static void Recover(SqliteConnection connection, int deviceId, long? cut)
    {
        using var recover = connection.Prepare(
            $"""
            WITH mark(ts) AS (SELECT max($cut, coalesce(
                (SELECT ((id & {PageKey.LastStep}) + quarters) * {PageKey.Step} FROM pages WHERE {PageTable.OfDevice("$device_id")} AND length(body) = 0 ORDER BY id DESC LIMIT 1), 0)))
            UPDATE devices SET raw_from = (SELECT ts FROM mark) WHERE id = $device_id AND raw_from > (SELECT ts FROM mark);
            """,
            ("$device_id", SqliteType.Integer), ("$cut", SqliteType.Integer));
        recover.Bind(0, deviceId).Bind(1, cut ?? 0).ExecuteNonQuery();
    }

    private static IEnumerable<long> DropReadings(SqliteConnection connection, int deviceId, long? before)
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
        using var mark = Mark(connection);
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
            var dropped = delete.Bind(0, deviceId).Bind(1, EndOfStep(step.First, step.Beyond, cut)).ExecuteNonQuery();
            transaction.Commit();
            yield return dropped;
        }
    }

    // Those whose readings an older version has dropped have an age of their own.
    private static IEnumerable<long> DropPages(SqliteConnection connection, int deviceId, long? readingsBefore, long? othersBefore)
    {
        using var mark = Mark(connection);
        using var find = connection.Prepare(
            """
            SELECT id, head, length(body) > 0 FROM pages
            WHERE id BETWEEN $first AND $last AND (length(body) > 0 AND id < $readings OR length(body) = 0 AND id < $others)
            ORDER BY id LIMIT $rows;
            """,
            ("$first", SqliteType.Integer), ("$last", SqliteType.Integer), ("$readings", SqliteType.Integer), ("$others", SqliteType.Integer), ("$rows", SqliteType.Integer));
        using var delete = connection.Prepare("DELETE FROM pages WHERE id = $id;", ("$id", SqliteType.Integer));
        var (first, readings, others) = (PageKey.FirstId(deviceId, 0), PageKey.FirstId(deviceId, readingsBefore ?? 0), PageKey.FirstId(deviceId, othersBefore ?? 0));
        find.Bind(0, first).Bind(1, Math.Max(readings, others)).Bind(2, readings).Bind(3, others).Bind(4, PagesOfAStep);
        while (true)
        {
            using var transaction = connection.BeginTransaction(deferred: false);
            mark.Transaction = find.Transaction = delete.Transaction = transaction;
            var pages = Pages(find);
            if (pages.Count == 0)
            {
                yield break;
            }

            if (readingsBefore is { } cut)
            {
                mark.Bind(0, deviceId).Bind(1, cut).ExecuteNonQuery();
            }

            foreach (var (id, _) in pages)
            {
                delete.Bind(0, id).ExecuteNonQuery();
            }

            transaction.Commit();
            yield return pages.Sum(p => p.Readings);
        }
    }

    private static List<(long Id, long Readings)> Pages(SqliteCommand find)
    {
        var pages = new List<(long Id, long Readings)>();
        using var reader = find.Rows();
        while (reader.Read())
        {
            pages.Add((reader.GetInt64(0), reader.GetBoolean(2) ? PageHead.CountOf(reader.GetFieldValue<byte[]>(1)) : 0));
        }

        return pages;
    }

    // From here on a late reading of that time is refused: a duplicate could not be told any more.
    private static SqliteCommand Mark(SqliteConnection connection) => connection.Prepare(
        "UPDATE devices SET raw_from = max(coalesce(raw_from, 0), $cut) WHERE id = $device_id;",
        ("$device_id", SqliteType.Integer), ("$cut", SqliteType.Integer));

    private static long EndOfStep(long first, long? beyond, long cut) => beyond is { } ts ? Math.Max(ts, first + 1) : cut;

    private static (long First, long? Beyond)? Bounds(SqliteCommand bounds)
    {
        using var reader = bounds.Rows();
        reader.Read();
        return reader.LongOrNull(0) is { } first ? (first, reader.LongOrNull(1)) : null;
    }

    private static List<int> Devices(SqliteConnection connection)
    {
        using var command = connection.Prepare("SELECT id FROM devices;");
        using var reader = command.Rows();
        var ids = new List<int>();
        while (reader.Read())
        {
            ids.Add(reader.GetInt32(0));
        }

        return ids;
    }

    private static long? Cut(long now, TimeSpan? age) => age is { } old ? PageKey.DayOf(Math.Max(0, now - (long)old.TotalMilliseconds)) : null;
}
