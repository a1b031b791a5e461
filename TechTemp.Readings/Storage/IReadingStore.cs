using TechTemp.Readings.Calibrations;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;

namespace TechTemp.Readings.Storage;

/// <summary>The port through which queries read stored readings; a database implements it. Thread-safe.</summary>
public interface IReadingStore
{
    /// <summary>Opens a snapshot of the store. It is to be short: while it is open, the database keeps what others replace.</summary>
    /// <param name="subject">What is read, for traces: <c>readings</c>, <c>pages</c>, <c>devices</c> or <c>rooms</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadingSnapshot> OpenAsync(string subject, CancellationToken cancellationToken);
}

/// <summary>
/// The store as of one moment. All times are unix milliseconds UTC, all ranges inclusive. A reading is a row or in a page, never both. One call at a time.
/// What fails is the exception of the store, whichever call it comes from.
/// </summary>
public interface IReadingSnapshot : IAsyncDisposable
{
    /// <summary>A device; null when there is none of that uid.</summary>
    ValueTask<StoredDevice?> DeviceAsync(string uid, CancellationToken cancellationToken);

    /// <summary>The stays of devices in a room that have any time from one moment to another, in no order; null when there is no room of that uid.</summary>
    ValueTask<IReadOnlyList<Stay>?> StaysAsync(string roomUid, long first, long last, CancellationToken cancellationToken);

    /// <summary>The calibrations of a device.</summary>
    ValueTask<CalibrationHistory> CalibrationsAsync(int deviceId, CancellationToken cancellationToken);

    /// <summary>A time outside of which a device has no reading; null when it has none at all. It may be longer than needed by less than a day.</summary>
    ValueTask<(long From, long To)?> SpanAsync(int deviceId, CancellationToken cancellationToken);

    /// <summary>Adds the oldest rows of a range, oldest first.</summary>
    /// <param name="range">Of which device and time.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="rows">Gets them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask OldestRowsAsync(DeviceRange range, int limit, PageReadingsBuilder rows, CancellationToken cancellationToken);

    /// <summary>Adds the newest rows of a range, newest first.</summary>
    /// <inheritdoc cref="OldestRowsAsync" path="/param"/>
    ValueTask NewestRowsAsync(DeviceRange range, int limit, PageReadingsBuilder rows, CancellationToken cancellationToken);

    /// <summary>
    /// Adds the newest pages that may have readings of a range, newest first, until they have that many readings. Pages without a body are left out.
    /// </summary>
    /// <param name="range">Of which device and time.</param>
    /// <param name="readings">How many readings are enough, 1 or more.</param>
    /// <param name="pages">Gets them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask NewestPagesAsync(DeviceRange range, int readings, StoredPages pages, CancellationToken cancellationToken);

    /// <summary>Adds the oldest pages that start in a range of whole days of UTC, oldest first, without their bodies.</summary>
    /// <param name="range">Of which device and time.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="pages">Gets them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask OldestHeadsAsync(DeviceRange range, int limit, StoredPages pages, CancellationToken cancellationToken);

    /// <summary>Adds the bodies of pages whose heads were read from this snapshot.</summary>
    /// <param name="pages">The pages.</param>
    /// <param name="wanted">Whose bodies: their indices, rising.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask BodiesAsync(StoredPages pages, IReadOnlyList<int> wanted, CancellationToken cancellationToken);
}

/// <summary>A device and a time.</summary>
/// <param name="DeviceId">The store's key of the device.</param>
/// <param name="From">First time, unix milliseconds UTC, inclusive.</param>
/// <param name="To">Last time, inclusive.</param>
public readonly record struct DeviceRange(int DeviceId, long From, long To);

/// <summary>A device, as queries need it.</summary>
/// <param name="Id">The store's key of the device.</param>
/// <param name="Measures">What it has ever measured.</param>
public readonly record struct StoredDevice(int Id, QuantitySet Measures);

/// <summary>A time that a device stood in a room.</summary>
/// <param name="Device">The device.</param>
/// <param name="Uid">Its uid.</param>
/// <param name="From">Since when, unix milliseconds UTC.</param>
/// <param name="To">The first moment elsewhere; null while it stands there.</param>
public readonly record struct Stay(StoredDevice Device, string Uid, long From, long? To);
