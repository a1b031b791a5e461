using TechTemp.Data.Store;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Maintenance;

/// <summary>
/// Removes a device's readings of an interval in steps, each a short transaction: of each day first its rows, the newest ones first, then the oldest of them together
/// with what is in pages. The readings beside them weigh more afterwards, and those are of the same day. Readers use no head that becomes wrong as long as the first row
/// of the day stays (<see cref="DaySeal"/>). The last step writes all heads of the day again. Not thread-safe.
/// </summary>
/// <param name="session">Reads and writes.</param>
/// <param name="deviceId">The store's key of the device.</param>
/// <param name="from">First time, unix milliseconds UTC, inclusive.</param>
/// <param name="to">Last time, inclusive.</param>
/// <param name="rowsOfAStep">How many rows a transaction may delete.</param>
/// <param name="begin">Begins each step that writes, in its transaction; it throws when the step may not be done.</param>
internal sealed class IntervalRemoval(IMaintenanceSession session, int deviceId, long from, long to, int rowsOfAStep, Func<IStoreStatements, ValueTask> begin)
{
    private static readonly string s_firstSql =
        $"""
        SELECT (SELECT min(ts) FROM readings WHERE device_id = @device_id AND ts BETWEEN @from AND @to),
            (SELECT min(id) FROM pages WHERE id BETWEEN @first AND @last AND (id & {PageKey.LastStep}) + quarters > @from / {PageKey.Step} AND length(body) > 0);
        """;

    // The day that is in work, and up to when its rows still have to be looked at: a device that sends would never be done with.
    private (long Day, long To)? _rest;
    private long? _next;

    /// <summary>Does the next step.</summary>
    /// <param name="now">Unix milliseconds UTC.</param>
    /// <returns>How many readings it has removed, and whether another step is to follow.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    /// <exception cref="PageDamagedException">A page of which a part is to go is damaged.</exception>
    public async ValueTask<(int Deleted, bool GoesOn)> StepAsync(long now)
    {
        _rest ??= await FirstAsync() is { } first ? (PageKey.DayOf(first), Math.Min(to, PageKey.DayOf(first) + PageKey.Day - 1)) : null;
        if (_rest is not { } rest)
        {
            return (0, false);
        }

        var (start, end) = (Math.Max(from, rest.Day), Math.Min(to, rest.Day + PageKey.Day - 1));
        return await RemoveSomeRowsAsync(rest.Day, start, rest.To, now) is { } rows ? (rows, true)
            : start == rest.Day && end == rest.Day + PageKey.Day - 1
                ? await FinishAsync(rest.Day, now, async transaction => await transaction.ClearAsync(rest.Day, CancellationToken.None))
            : await FinishAsync(rest.Day, now, await RemainderAsync(rest.Day, start, end));
    }

    // The oldest ones stay. Null where the rows are few enough for the last step.
    private async ValueTask<int?> RemoveSomeRowsAsync(long day, long first, long last, long now)
    {
        await using (var snapshot = await session.ReadAsync(deviceId, CancellationToken.None))
        {
            if (await snapshot.PreviousRowAsync(first, last, rowsOfAStep, CancellationToken.None) is null)
            {
                return null;
            }
        }

        await using var transaction = await session.WriteAsync(deviceId, CancellationToken.None);
        await begin(transaction);
        if (await transaction.PreviousRowAsync(first, last, rowsOfAStep, CancellationToken.None) is not { } left)
        {
            return 0;
        }

        var deleted = await transaction.DeleteRowsAsync(left + 1, last, CancellationToken.None);
        try
        {
            await transaction.KeepNewestAsRowAsync(now, CancellationToken.None);
        }
        catch (PageDamagedException)
        {
            // Nobody can read its readings. Where the whole day is to be removed, the last step removes the page.
        }

        await transaction.CommitAsync();
        _rest = (day, left);
        return deleted;
    }

    // Its pages are decoded and encoded before the step has the lock; what it returns finds out whether they are still the same.
    private async ValueTask<Func<IDeviceTransaction, ValueTask<int?>>> RemainderAsync(long day, long first, long last)
    {
        if (await StoredDay.ReadPagesAsync(session, deviceId, day, CancellationToken.None) is not { } stored)
        {
            return async transaction => await transaction.HasPagesAsync(day, CancellationToken.None) ? null : await transaction.DeleteRowsAsync(first, last, CancellationToken.None);
        }

        var times = stored.Readings.Times;
        var start = Array.FindIndex(times, ts => ts >= from) is >= 0 and var index ? index : times.Length;
        var beyond = Array.FindIndex(times, ts => ts > last) is >= 0 and var later ? later : times.Length;
        var remainder = DayEncoder.Encode(deviceId, stored.Readings.Without(start, beyond - start));
        return async transaction =>
        {
            if (!await transaction.HasPagesAsync(day, stored.Pages, CancellationToken.None))
            {
                return null;
            }

            await transaction.ReplaceAsync(stored.Pages, remainder, CancellationToken.None);
            return beyond - start + await transaction.DeleteRowsAsync(first, last, CancellationToken.None);
        };
    }

    private async ValueTask<(int Deleted, bool GoesOn)> FinishAsync(long day, long now, Func<IDeviceTransaction, ValueTask<int?>> remove)
    {
        await using var transaction = await session.WriteAsync(deviceId, CancellationToken.None);
        await begin(transaction);
        if (await remove(transaction) is not { } deleted)
        {
            return (0, true);
        }

        await transaction.KeepNewestAsRowAsync(now, CancellationToken.None);
        await transaction.CommitAsync();
        (_rest, _next) = (null, day + PageKey.Day);
        return (deleted, _next <= to);
    }

    // The first time from which on there may be something to remove.
    private async ValueTask<long?> FirstAsync()
    {
        var start = Math.Max(_next ?? from, 0);
        await using var snapshot = await session.ReadAsync(deviceId, CancellationToken.None);
        var (row, page) = (await snapshot.QueryAsync(
            s_firstSql, found => (Row: found.LongOrNull(0), Page: found.LongOrNull(1)), CancellationToken.None,
            ("device_id", deviceId), ("from", start), ("to", to), ("first", PageKey.FirstId(deviceId, start)), ("last", PageKey.LastId(deviceId, to)))).Single();
        var begin = page is { } id ? Math.Max(PageKey.StartOf(id), start) : (long?)null;
        return row is null || begin < row ? begin : row;
    }
}
