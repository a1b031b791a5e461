namespace TechTemp.Data.Store;

/// <summary>Statements that take effect together or not at all. It is rolled back when it is disposed without a commit. Not thread-safe.</summary>
public interface IStoreSqlTransaction : IStoreStatements, IAsyncDisposable
{
    /// <summary>Commits it. What is committed is on disk.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    ValueTask CommitAsync(CancellationToken cancellationToken);
}
