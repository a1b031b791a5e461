namespace TechTemp.Data.Store;

/// <summary>Statements that take effect together or not at all. It is rolled back when it is disposed without a commit. Not thread-safe.</summary>
public interface IStoreSqlTransaction : IStoreStatements, IAsyncDisposable
{
    /// <summary>Commits. When it completes, everything is on disk. It cannot be cancelled.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    ValueTask CommitAsync();
}
