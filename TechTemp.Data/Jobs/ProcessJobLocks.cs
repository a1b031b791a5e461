namespace TechTemp.Data.Jobs;

/// <summary>Locks of a store that has one process for these jobs: every lock is free.</summary>
public sealed class ProcessJobLocks : IJobLocks
{
    /// <inheritdoc />
    public ValueTask<IJobLock?> TryTakeAsync(string job, CancellationToken cancellationToken) => new(Free.Instance);

    private sealed class Free : IJobLock
    {
        public static Free Instance { get; } = new();

        public CancellationToken Lost => CancellationToken.None;

        public ValueTask DisposeAsync() => default;
    }
}
