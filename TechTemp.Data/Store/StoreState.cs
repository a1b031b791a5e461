namespace TechTemp.Data.Store;

/// <summary>What this process knows about its store: whether the schema is current, and whether the last write failed.</summary>
public sealed class StoreState
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _writeFailure;

    /// <summary>Whether the schema is current: the store may be used.</summary>
    public bool IsReady => _ready.Task.IsCompletedSuccessfully;

    /// <summary>Why the last batch of readings could not be written; null when it could.</summary>
    public string? WriteFailure
    {
        get => _writeFailure;
        internal set => _writeFailure = value;
    }

    /// <summary>Completes when the store may be used.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _ready.Task.WaitAsync(cancellationToken);

    internal void SetReady() => _ready.TrySetResult();
}
