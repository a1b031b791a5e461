using TechTemp.Data.Store;

namespace TechTemp.Data.Maintenance;

/// <summary>Where one piece of work has its snapshots and transactions, one after the other. Nothing is locked between two of them. Not thread-safe.</summary>
/// <remarks>Every operation throws <see cref="StoreException"/> when the store fails, never an exception of the provider.</remarks>
public interface IMaintenanceSession : IDisposable
{
    /// <summary>Begins to read about a device; all that follows sees the store as of one moment.</summary>
    /// <param name="deviceId">The store's key of the device.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IDeviceSnapshot> ReadAsync(int deviceId, CancellationToken cancellationToken);

    /// <summary>
    /// Begins to write a device's readings. Until it ends nobody else changes what it reads about the device: no batch with a reading of the device is written, and nothing else is sealed or removed of it.
    /// </summary>
    /// <inheritdoc cref="ReadAsync" path="/param"/>
    ValueTask<IDeviceTransaction> WriteAsync(int deviceId, CancellationToken cancellationToken);

    /// <summary>Whether somebody who may have waited for this session has committed since this was asked before. It is for <see cref="BulkPace"/>, not between two statements that rely on each other.</summary>
    ValueTask<bool> OthersWroteAsync(CancellationToken cancellationToken);

    /// <summary>Gives a part of the space that was freed back to the file system, in some milliseconds.</summary>
    /// <returns>False when there is nothing left to give back, or when the store does this by itself.</returns>
    ValueTask<bool> ReleaseSpaceAsync(CancellationToken cancellationToken);
}
