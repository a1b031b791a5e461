using TechTemp.Data.Store;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Maintenance;

/// <summary>
/// Compares and writes the readings of a device's day of UTC. A day is read in one snapshot, its pages are encoded outside of any, and a transaction compares what is
/// stored with what was read before it writes.
/// </summary>
internal static class DayPages
{
    /// <summary>The pages of a day that have readings, oldest first.</summary>
    /// <param name="snapshot">Of the device.</param>
    /// <param name="day">The day's start, unix milliseconds UTC.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public static async ValueTask<List<Page>> ReadDayAsync(this IDeviceSnapshot snapshot, long day, CancellationToken cancellationToken)
    {
        var pages = new List<Page>();
        await snapshot.ReadPagesAsync(day, day + PageKey.Day - 1, pages, cancellationToken);
        pages.RemoveAll(page => page.Body.IsEmpty);
        return pages;
    }

    /// <summary>Whether a day has pages with readings.</summary>
    /// <inheritdoc cref="ReadDayAsync" path="/param|/exception"/>
    public static async ValueTask<bool> HasPagesAsync(this IDeviceSnapshot snapshot, long day, CancellationToken cancellationToken) =>
        await snapshot.NewestPageAsync(day, day + PageKey.Day - 1, cancellationToken) is not null;

    /// <summary>Whether the pages of a day with readings are still these.</summary>
    /// <param name="snapshot">Of the device.</param>
    /// <param name="day">The day's start, unix milliseconds UTC.</param>
    /// <param name="expected">The pages, oldest first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public static async ValueTask<bool> HasPagesAsync(this IDeviceSnapshot snapshot, long day, IReadOnlyList<Page> expected, CancellationToken cancellationToken)
    {
        var found = await snapshot.ReadDayAsync(day, cancellationToken);
        return found.Count == expected.Count && found.Zip(expected).All(pair => pair.First.IsSame(pair.Second));
    }

    /// <summary>Whether a device has exactly these rows from one time to another.</summary>
    /// <param name="snapshot">Of the device.</param>
    /// <param name="from">First time, unix milliseconds UTC, inclusive.</param>
    /// <param name="to">Last time, inclusive.</param>
    /// <param name="expected">The rows as <see cref="StoredRows"/> keeps them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public static async ValueTask<bool> HasRowsAsync(this IDeviceSnapshot snapshot, long from, long to, ReadOnlyMemory<byte> expected, CancellationToken cancellationToken)
    {
        var found = new StoredRows();
        await snapshot.ReadRowsAsync(from, to, found, readings: null, cancellationToken);
        return found.From(0, found.Count).Span.SequenceEqual(expected.Span);
    }

    /// <summary>The time of a device's newest row that is not of the future; null when it has none.</summary>
    /// <param name="snapshot">Of the device.</param>
    /// <param name="now">Unix milliseconds UTC.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public static ValueTask<long?> NewestRowAsync(this IDeviceSnapshot snapshot, long now, CancellationToken cancellationToken) =>
        snapshot.PreviousRowAsync(long.MinValue, now, 0, cancellationToken);

    /// <summary>Replaces pages by others; those that stay the same are not touched.</summary>
    /// <param name="transaction">Of the device.</param>
    /// <param name="before">All pages of a day that have readings, as they are stored.</param>
    /// <param name="after">All that it has from now on.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public static async ValueTask ReplaceAsync(this IDeviceTransaction transaction, IReadOnlyList<Page> before, IReadOnlyList<Page> after, CancellationToken cancellationToken)
    {
        await transaction.DeletePagesAsync([.. before.Where(page => !after.Any(page.IsSame)).Select(page => page.Key.Id)], cancellationToken);
        await transaction.InsertPagesAsync([.. after.Where(page => !before.Any(page.IsSame))], cancellationToken);
    }

    /// <summary>Deletes all rows and pages of a day.</summary>
    /// <param name="transaction">Of the device.</param>
    /// <param name="day">The day's start, unix milliseconds UTC.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many readings they had; of a damaged page what its head says.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    public static async ValueTask<int> ClearAsync(this IDeviceTransaction transaction, long day, CancellationToken cancellationToken)
    {
        var pages = await transaction.ReadDayAsync(day, cancellationToken);
        await transaction.DeletePagesAsync([.. pages.Select(page => page.Key.Id)], cancellationToken);
        return pages.Sum(page => PageHead.CountOf(page.Head.Span)) + await transaction.DeleteRowsAsync(day, day + PageKey.Day - 1, cancellationToken);
    }

    /// <summary>
    /// Makes the newest reading of a device a row again where rows were removed: whoever asks for it looks for rows only. The rest of its page stays, with a
    /// head that nobody uses: it is the last page before that row.
    /// </summary>
    /// <param name="transaction">Of the device.</param>
    /// <param name="now">Unix milliseconds UTC: readings of the future are not shown as the newest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    /// <exception cref="PageDamagedException">A page is damaged.</exception>
    public static async ValueTask KeepNewestAsRowAsync(this IDeviceTransaction transaction, long now, CancellationToken cancellationToken)
    {
        var row = await transaction.NewestRowAsync(now, cancellationToken);
        var page = await transaction.NewestPageAsync(0, now, cancellationToken);
        while (page is { } key && !(row >= key.End) && !await TryKeepNewestOfAsync(transaction, key, row, now, cancellationToken))
        {
            page = await transaction.NewestPageAsync(0, key.Start - 1, cancellationToken);
        }
    }

    // False where all readings of the page are of the future: the clock was set back.
    private static async ValueTask<bool> TryKeepNewestOfAsync(IDeviceTransaction transaction, PageKey key, long? row, long now, CancellationToken cancellationToken)
    {
        var page = (await transaction.ReadDayAsync(PageKey.DayOf(key.Start), cancellationToken)).Find(page => page.Key == key);
        var readings = PageDecoder.Read(key, page.Head.Span, page.Body.Span);
        var i = Array.FindLastIndex(readings.Times, ts => ts <= now);
        if (i < 0 || row > readings.Times[i])
        {
            return i >= 0;
        }

        await transaction.DeletePagesAsync([key.Id], cancellationToken);
        if (readings.Without(i, 1) is { } rest)
        {
            await transaction.InsertPagesAsync([PageEncoder.Encode(key, rest)], cancellationToken);
        }

        await transaction.InsertRowAsync(readings.Times[i], readings.ValuesAt(i), readings.Sources[i], cancellationToken);
        return true;
    }
}
