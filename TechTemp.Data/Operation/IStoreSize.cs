using TechTemp.Data.Store;

namespace TechTemp.Data.Operation;

/// <summary>Measures the store.</summary>
public interface IStoreSize
{
    /// <summary>The size of now.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    /// <exception cref="IOException">The file or its disk cannot be looked at.</exception>
    ValueTask<StoreSize> ReadAsync(CancellationToken cancellationToken);
}
