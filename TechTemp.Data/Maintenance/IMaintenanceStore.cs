using TechTemp.Data.Store;

namespace TechTemp.Data.Maintenance;

/// <summary>
/// A store whose readings are sealed, removed, dropped and checked. A provider implements this, <see cref="IMaintenanceSession"/>, <see cref="IDeviceSnapshot"/> and
/// <see cref="IDeviceTransaction"/>; all that decides what happens to a reading is written once, over these.
/// </summary>
public interface IMaintenanceStore
{
    /// <summary>A session of its own. The caller disposes it.</summary>
    /// <exception cref="StoreException">The store cannot be opened.</exception>
    IMaintenanceSession Open();
}
