using Microsoft.Data.Sqlite;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Pages;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Sqlite.Readings;

/// <summary>
/// Removes a device's readings of an interval in steps, each a short transaction: of each day first its rows, some at a time, then the last of them together with
/// what is in pages. The readings beside them weigh more afterwards, and those are of the same day; as long as the day has a row nobody uses the heads
/// of its pages, and the last step writes the right ones. No time is looked at twice: a device that sends would never be done with. Not thread-safe.
/// </summary>
internal sealed class IntervalRemoval(SqliteConnection connection, DayPages pages, int deviceId, long from, long to, int rowsOfAStep)
{
    // The day that is in work, and from when on it still has to be looked at.
    private (long Day, long From)? _rest;
    private long? _next;

    /// <summary>Does the next step.</summary>
    /// <param name="now">Unix milliseconds UTC.</param>
    /// <returns>How many readings it has removed, and whether another step is to follow.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    /// <exception cref="PageDamagedException">A page of which a part is to go is damaged.</exception>
    public (int Deleted, bool GoesOn) Step(long now)
    {
        _rest ??= First() is { } first ? (PageKey.DayOf(first), first) : null;
        if (_rest is not { } rest)
        {
            return (0, false);
        }

        var end = rest.Day + PageKey.Day - 1;
        return RemoveSomeRows(rest.Day, rest.From, Math.Min(to, end)) is { } rows ? (rows, true)
            : from <= rest.Day && to >= end ? Finish(rest.Day, now, () => pages.Clear(deviceId, rest.Day))
            : Finish(rest.Day, now, Remainder(rest.Day, rest.From, Math.Min(to, end)));
    }

    // A row is left, and with it the heads remain unused. Null where the rows are few enough for the last step.
    private int? RemoveSomeRows(long day, long first, long last)
    {
        if (pages.NextRow(deviceId, first, last, rowsOfAStep) is null)
        {
            return null;
        }

        using var transaction = connection.BeginTransaction(deferred: false);
        if (pages.NextRow(deviceId, first, last, rowsOfAStep) is not { } left)
        {
            return 0;
        }

        var deleted = pages.DeleteRows(deviceId, first, left - 1);
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
