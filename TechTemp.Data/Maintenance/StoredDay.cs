using TechTemp.Data.Store;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Maintenance;

/// <summary>A device's day of UTC as it was stored at one moment: whoever writes it later compares it with what is stored then.</summary>
/// <param name="deviceId">The store's key of the device.</param>
/// <param name="day">The day's start, unix milliseconds UTC.</param>
/// <param name="end">Rows before this time were read: the day's end, or an hour's where later rows are not to be sealed yet.</param>
internal sealed class StoredDay(int deviceId, long day, long end)
{
    public int DeviceId => deviceId;

    /// <summary>The day's start, unix milliseconds UTC.</summary>
    public long Day => day;

    /// <summary>The last moment of which rows were read.</summary>
    public long Last => end - 1;

    /// <summary>Whether all of the day was read.</summary>
    public bool IsWhole => end == day + PageKey.Day;

    /// <summary>Its pages that have readings, oldest first.</summary>
    public List<Page> Pages { get; private init; } = [];

    /// <summary>Its readings that are rows, where these were read.</summary>
    public StoredRows Rows { get; } = new();

    /// <summary>The readings of both, oldest first.</summary>
    public PageReadings Readings { get; private set; } = null!;

    /// <summary>A day as it is stored; null when it has no readings.</summary>
    /// <param name="snapshot">Of the device.</param>
    /// <param name="day">The day's start, unix milliseconds UTC.</param>
    /// <param name="end">The rows before this time are read: the end of the day, or of one of its hours; the day's start for the readings in pages only.</param>
    /// <param name="readings">Collects the readings; emptied before.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    /// <exception cref="PageDamagedException">A page is damaged.</exception>
    public static async ValueTask<StoredDay?> ReadAsync(IDeviceSnapshot snapshot, long day, long end, PageReadingsBuilder readings, CancellationToken cancellationToken)
    {
        var stored = new StoredDay(snapshot.DeviceId, day, end) { Pages = await snapshot.ReadDayAsync(day, cancellationToken) };
        readings.Clear();
        foreach (var page in stored.Pages)
        {
            readings.Add(PageDecoder.Read(page.Key, page.Head.Span, page.Body.Span));
        }

        if (end > day)
        {
            await snapshot.ReadRowsAsync(day, stored.Last, stored.Rows, readings, cancellationToken);
        }

        if (readings.Build() is not { } all)
        {
            return null;
        }

        stored.Readings = all;
        return stored;
    }

    /// <summary>A day's pages, in a snapshot of its own; null when it has none.</summary>
    /// <param name="session">Reads it.</param>
    /// <param name="deviceId">The store's key of the device.</param>
    /// <param name="day">The day's start, unix milliseconds UTC.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <inheritdoc cref="ReadAsync" path="/exception"/>
    public static async ValueTask<StoredDay?> ReadPagesAsync(IMaintenanceSession session, int deviceId, long day, CancellationToken cancellationToken)
    {
        await using var snapshot = await session.ReadAsync(deviceId, cancellationToken);
        return await ReadAsync(snapshot, day, end: day, new(), cancellationToken);
    }
}
