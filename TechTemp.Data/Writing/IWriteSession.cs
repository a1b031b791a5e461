using TechTemp.Data.Store;

namespace TechTemp.Data.Writing;

/// <summary>A connection to the store on which one transaction follows another. Not thread-safe.</summary>
public interface IWriteSession : IDisposable
{
    /// <summary>Begins a transaction; connects before, where it has to.</summary>
    /// <param name="forReading">Whether it only reads. Otherwise nobody else changes what it reads until it ends.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    ValueTask<IWriteTransaction> BeginAsync(bool forReading, CancellationToken cancellationToken);

    /// <summary>Something failed on this session. It decides what of it can still be used; the next transaction begins on a connection that works, where there can be one.</summary>
    /// <param name="failure">What was thrown.</param>
    void Forget(Exception failure);

    /// <summary>Gives its connection back for others to use, after a transaction that succeeded or failed. The next transaction takes one again.</summary>
    void Release();
}
