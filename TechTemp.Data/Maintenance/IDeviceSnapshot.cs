using TechTemp.Data.Store;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Maintenance;

/// <summary>Reads rows and pages of one device, as of one moment. It also runs ordinary SQL. Not thread-safe.</summary>
/// <remarks>Every operation throws <see cref="StoreException"/> when the store fails, never an exception of the provider.</remarks>
public interface IDeviceSnapshot : IStoreStatements, IAsyncDisposable
{
    /// <summary>The store's key of the device.</summary>
    int DeviceId { get; }

    /// <summary>Reads pages, oldest first; those without readings are among them.</summary>
    /// <param name="first">From the day of UTC of this moment on, unix milliseconds UTC.</param>
    /// <param name="last">The last moment at which a page may begin.</param>
    /// <param name="pages">Receives them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask ReadPagesAsync(long first, long last, ICollection<Page> pages, CancellationToken cancellationToken);

    /// <summary>The newest page that has readings; null where there is none.</summary>
    /// <inheritdoc cref="ReadPagesAsync" path="/param[@name!='pages']"/>
    ValueTask<PageKey?> NewestPageAsync(long first, long last, CancellationToken cancellationToken);

    /// <summary>Reads rows, oldest first.</summary>
    /// <param name="first">First time, unix milliseconds UTC, inclusive.</param>
    /// <param name="last">Last time, inclusive.</param>
    /// <param name="rows">Receives all that is stored of each.</param>
    /// <param name="readings">Receives what they mean; null where that is not needed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask ReadRowsAsync(long first, long last, StoredRows rows, PageReadingsBuilder? readings, CancellationToken cancellationToken);

    /// <summary>The time of a row; null when there are not so many.</summary>
    /// <param name="first">First time, unix milliseconds UTC, inclusive.</param>
    /// <param name="last">Last time, inclusive.</param>
    /// <param name="skip">How many rows of these times come before it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<long?> NextRowAsync(long first, long last, int skip, CancellationToken cancellationToken);

    /// <summary>The time of a row, counted from the newest; null when there are not so many.</summary>
    /// <param name="first">First time, unix milliseconds UTC, inclusive.</param>
    /// <param name="last">Last time, inclusive.</param>
    /// <param name="skip">How many rows of these times come after it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<long?> PreviousRowAsync(long first, long last, int skip, CancellationToken cancellationToken);
}
