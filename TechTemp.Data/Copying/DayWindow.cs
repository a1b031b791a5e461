using TechTemp.Data.Maintenance;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Copying;

/// <summary>Some days of a device: so many that a step is worth its transaction, and so few that they fit in memory. One day is always read as a whole, as sealing does.</summary>
/// <param name="First">The start of the first day, unix milliseconds UTC.</param>
/// <param name="Last">The last moment of the last day.</param>
internal readonly record struct DayWindow(long First, long Last)
{
    private const int MostDays = 32;

    private const int MostRows = 20_000;

    private const string FirstSql =
        "SELECT (SELECT min(ts) FROM readings WHERE device_id = @id AND ts >= @from), (SELECT min(id) FROM pages WHERE id BETWEEN @first AND @last);";

    /// <summary>The next days of which one of two stores has readings.</summary>
    /// <param name="one">Of the device.</param>
    /// <param name="other">Of the same device, in the other store.</param>
    /// <param name="from">The start of a day, unix milliseconds UTC; earlier days are done.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="StoreException">A store failed.</exception>
    public static async ValueTask<DayWindow?> NextAsync(IDeviceSnapshot one, IDeviceSnapshot other, long from, CancellationToken cancellationToken)
    {
        var (here, there) = (await FirstAsync(one, from, cancellationToken), await FirstAsync(other, from, cancellationToken));
        if ((here < there || there is null ? here : there) is not { } first)
        {
            return null;
        }

        var last = first + (MostDays * PageKey.Day) - 1;
        foreach (var snapshot in new[] { one, other })
        {
            // Days of sensors that measure often are fewer.
            if (await snapshot.NextRowAsync(first, last, MostRows, cancellationToken) is { } beyond)
            {
                last = Math.Max(PageKey.DayOf(beyond), first + PageKey.Day) - 1;
            }
        }

        return new(first, last);
    }

    private static async ValueTask<long?> FirstAsync(IDeviceSnapshot snapshot, long from, CancellationToken cancellationToken)
    {
        // Beyond what a number of a page can say there is none.
        var (first, last) = from / PageKey.Step > PageKey.LastStep ? (1, 0) : (PageKey.FirstId(snapshot.DeviceId, from), PageKey.LastId(snapshot.DeviceId, long.MaxValue));
        var (row, page) = (await snapshot.QueryAsync(
            FirstSql, found => (found.LongOrNull(0), found.LongOrNull(1)), cancellationToken,
            ("id", snapshot.DeviceId), ("from", from), ("first", first), ("last", last))).Single();
        var start = page is { } id ? PageKey.StartOf(id) : (long?)null;
        return (row < start || start is null ? row : start) is { } ts ? PageKey.DayOf(ts) : null;
    }
}

/// <summary>What a store has of some days of a device.</summary>
internal sealed class StoredDays
{
    private StoredDays(List<Page> pages, PageReadings? rows) => (Pages, Rows) = (pages, rows);

    /// <summary>The pages, oldest first; those without readings are among them.</summary>
    public List<Page> Pages { get; }

    /// <summary>The readings that are rows; null for none.</summary>
    public PageReadings? Rows { get; }

    /// <summary>Reads them.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public static async ValueTask<StoredDays> ReadAsync(IDeviceSnapshot snapshot, DayWindow days, CancellationToken cancellationToken)
    {
        var (pages, rows) = (new List<Page>(), new PageReadingsBuilder());
        await snapshot.ReadPagesAsync(days.First, days.Last, pages, cancellationToken);
        await snapshot.ReadRowsAsync(days.First, days.Last, new(), rows, cancellationToken);
        return new(pages, rows.Build());
    }
}
