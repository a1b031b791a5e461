using TechTemp.Data.Store;

namespace TechTemp.Data.Jobs;

/// <summary>Locks that all processes of a store share. Each has the name of a job.</summary>
public interface IJobLocks
{
    /// <summary>Takes a lock, if nobody has it.</summary>
    /// <param name="job">The job's name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The lock, until it is disposed; null when another process has it.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    ValueTask<IJobLock?> TryTakeAsync(string job, CancellationToken cancellationToken);
}

/// <summary>A lock that this process has. Disposing it lets another process take it.</summary>
public interface IJobLock : IAsyncDisposable
{
    /// <summary>Cancelled when the store has lost the lock, with the connection that held it: another process may have it by now.</summary>
    CancellationToken Lost { get; }
}
