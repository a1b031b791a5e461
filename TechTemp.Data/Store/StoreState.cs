namespace TechTemp.Data.Store;

/// <summary>What this process knows about its store: whether the schema is current, and whether readings can be written.</summary>
public sealed class StoreState(TimeProvider time)
{
    /// <summary>The name of the store's health check, as <c>/health</c> lists it.</summary>
    public const string CheckName = "store";

    /// <summary>How long a write may take before it counts as trouble: below the five seconds in which health must tell.</summary>
    internal static TimeSpan LongWrite { get; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a failure is news. Ingest tries again and renews it; where nobody tries, nobody would ever clear it.</summary>
    internal static TimeSpan FailureIsNews { get; } = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _foreign;
    private volatile Moment? _writing;
    private volatile Moment? _failure;

    /// <summary>Whether the schema is current: the store may be used.</summary>
    public bool IsReady => _ready.Task.IsCompletedSuccessfully;

    /// <summary>Why readings cannot be written: the last batch failed, or one takes far too long. Null when they can.</summary>
    public string? WriteFailure =>
        _writing is { } writing && Age(writing) > LongWrite ? $"A write has been waiting for another process or the disk for more than {LongWrite.TotalSeconds:N0} s."
        : _failure is { } failure && Age(failure) < FailureIsNews ? failure.What
        : null;

    /// <summary>What is in the schema that TechTemp has not made, in one line: nothing may be written to such a store. Null when all is well.</summary>
    public string? Foreign
    {
        get => _foreign;
        internal set => _foreign = value;
    }

    /// <summary>Completes when the store may be used.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _ready.Task.WaitAsync(cancellationToken);

    internal void SetReady() => _ready.TrySetResult();

    internal void WriteBegins() => _writing = new(time.GetTimestamp());

    internal void WriteEnds(Exception? failure = null)
    {
        _failure = failure is null ? null : new(time.GetTimestamp(), failure.Message);
        _writing = null;
    }

    /// <summary>A write was cancelled, which says nothing of the store.</summary>
    internal void WriteGivenUp() => _writing = null;

    private TimeSpan Age(Moment moment) => time.GetElapsedTime(moment.Timestamp);

    private sealed record Moment(long Timestamp, string? What = null);
}
