using TechTemp.Data.Store;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Maintenance;

/// <summary>
/// Writes rows and pages of one device. What it reads stays true until it ends. Disposed without <see cref="IStoreSqlTransaction.CommitAsync"/>, it leaves nothing behind.
/// </summary>
public interface IDeviceTransaction : IDeviceSnapshot, IStoreSqlTransaction
{
    /// <summary>Deletes pages.</summary>
    /// <param name="ids">Their numbers (<see cref="PageKey.Id"/>).</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask DeletePagesAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken);

    /// <summary>Inserts pages. A page that is there already is a failure.</summary>
    ValueTask InsertPagesAsync(IReadOnlyCollection<Page> pages, CancellationToken cancellationToken);

    /// <summary>Deletes rows.</summary>
    /// <param name="first">First time, unix milliseconds UTC, inclusive.</param>
    /// <param name="last">Last time, inclusive.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many.</returns>
    ValueTask<int> DeleteRowsAsync(long first, long last, CancellationToken cancellationToken);

    /// <summary>Inserts a row. A row of its time that is there already is a failure.</summary>
    /// <param name="ts">Time of measurement, unix milliseconds UTC.</param>
    /// <param name="values">At least one.</param>
    /// <param name="source">The way it came in, as the store numbers it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask InsertRowAsync(long ts, QuantityValues values, byte source, CancellationToken cancellationToken);

    /// <summary>Inserts rows. A row of one of their times that is there already is a failure.</summary>
    /// <param name="readings">The readings.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask InsertRowsAsync(PageReadings readings, CancellationToken cancellationToken);
}
