using Microsoft.Data.Sqlite;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Pages;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Sqlite.Readings;

/// <summary>
/// Removes a device's readings of an interval in steps, each a short transaction: of each day first its rows, the newest ones first, then the oldest of them together
/// with what is in pages. The readings beside them weigh more afterwards, and those are of the same day. As long as the first row of the day stays, nobody uses a
/// head that becomes wrong (<see cref="DaySeal"/>), and the last step writes the right ones. Not thread-safe.
/// </summary>
internal sealed class IntervalRemoval(SqliteConnection connection, DayPages pages, int deviceId, long from, long to, int rowsOfAStep)
{
    // The day that is in work, and up to when its rows still have to be looked at: a device that sends would never be done with.
    private (long Day, long To)? _rest;
    private long? _next;

    /// <summary>Does the next step.</summary>
    /// <param name="now">Unix milliseconds UTC.</param>
    /// <returns>How many readings it has removed, and whether another step is to follow.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    /// <exception cref="PageDamagedException">A page of which a part is to go is damaged.</exception>
    public (int Deleted, bool GoesOn) Step(long now)
    {
        _rest ??= First() is { } first ? (PageKey.DayOf(first), Math.Min(to, PageKey.DayOf(first) + PageKey.Day - 1)) : null;
        if (_rest is not { } rest)
        {
            return (0, false);
        }

        var (start, end) = (Math.Max(from, rest.Day), Math.Min(to, rest.Day + PageKey.Day - 1));
        return RemoveSomeRows(rest.Day, start, rest.To, now) is { } rows ? (rows, true)
            : start == rest.Day && end == rest.Day + PageKey.Day - 1 ? Finish(rest.Day, now, () => pages.Clear(deviceId, rest.Day))
            : Finish(rest.Day, now, Remainder(rest.Day, start, end));
    }

    // The oldest ones stay. Null where the rows are few enough for the last step.
    private int? RemoveSomeRows(long day, long first, long last, long now)
    {
        if (pages.PreviousRow(deviceId, first, last, rowsOfAStep) is null)
        {
            return null;
        }

        using var transaction = connection.BeginTransaction(deferred: false);
        if (pages.PreviousRow(deviceId, first, last, rowsOfAStep) is not { } left)
        {
            return 0;
        }

        var deleted = pages.DeleteRows(deviceId, left + 1, last);
        pages.KeepNewestAsRow(deviceId, now);
        transaction.Commit();
        _rest = (day, left);
        return deleted;
    }

    // Its pages are decoded and encoded before the step has the write lock; what it returns finds out whether they are still the same.
    private Func<int?> Remainder(long day, long first, long last)
    {
        if (pages.ReadPages(deviceId, day) is not { } stored)
        {
            return () => pages.HasPages(deviceId, day) ? null : pages.DeleteRows(deviceId, first, last);
        }

        var times = stored.Readings.Times;
        var start = Array.FindIndex(times, ts => ts >= from) is >= 0 and var index ? index : times.Length;
        var beyond = Array.FindIndex(times, ts => ts > last) is >= 0 and var later ? later : times.Length;
        var remainder = DayEncoder.Encode(deviceId, stored.Readings.Without(start, beyond - start));
        return () =>
        {
            if (!pages.HasPages(deviceId, day, stored.Pages))
            {
                return null;
            }

            pages.Replace(stored.Pages, remainder);
            return beyond - start + pages.DeleteRows(deviceId, first, last);
        };
    }

    private (int Deleted, bool GoesOn) Finish(long day, long now, Func<int?> remove)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        if (remove() is not { } deleted)
        {
            return (0, true);
        }

        pages.KeepNewestAsRow(deviceId, now);
        transaction.Commit();
        (_rest, _next) = (null, day + PageKey.Day);
        return (deleted, _next <= to);
    }

    // The first time from which on there may be something to remove.
    private long? First()
    {
        using var first = connection.Prepare(
            $"""
            SELECT (SELECT min(ts) FROM readings WHERE device_id = $device_id AND ts BETWEEN $from AND $to),
                (SELECT min(id) FROM pages WHERE id BETWEEN $first AND $last AND (id & {PageKey.LastStep}) + quarters > $from / {PageKey.Step} AND length(body) > 0);
            """,
            ("$device_id", SqliteType.Integer), ("$from", SqliteType.Integer), ("$to", SqliteType.Integer), ("$first", SqliteType.Integer), ("$last", SqliteType.Integer));
        var start = Math.Max(_next ?? from, 0);
        using var reader = first.Bind(0, deviceId).Bind(1, start).Bind(2, to).Bind(3, PageKey.FirstId(deviceId, start)).Bind(4, PageKey.LastId(deviceId, to)).Rows();
        reader.Read();
        var row = reader.LongOrNull(0);
        var page = reader.LongOrNull(1) is { } id ? Math.Max(PageKey.StartOf(id), start) : (long?)null;
        return row is null || page < row ? page : row;
    }
}
