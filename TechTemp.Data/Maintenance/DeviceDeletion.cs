using TechTemp.Data.Store;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Maintenance;

/// <summary>Deletes a device with what refers to it.</summary>
internal static class DeviceDeletion
{
    /// <summary>
    /// Deletes a device, its placements and whatever else has a foreign key to it, and its readings and pages: those have none, or none on a server. The device is deleted first:
    /// there whatever writes a reading or a page locks its row, so nobody writes one after that.
    /// </summary>
    /// <param name="transaction">A transaction that its caller commits.</param>
    /// <param name="deviceId">The store's key of the device.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public static async ValueTask ExecuteAsync(IStoreStatements transaction, int deviceId, CancellationToken cancellationToken)
    {
        await transaction.ExecuteAsync("DELETE FROM devices WHERE id = @id;", cancellationToken, ("id", deviceId));
        await transaction.ExecuteAsync("DELETE FROM readings WHERE device_id = @id;", cancellationToken, ("id", deviceId));
        await transaction.ExecuteAsync(
            "DELETE FROM pages WHERE id BETWEEN @first AND @last;", cancellationToken, ("first", PageKey.FirstId(deviceId, 0)), ("last", PageKey.LastId(deviceId, long.MaxValue)));
    }
}
