using TechTemp.Data.Instances;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Instances;
using TechTemp.Data.Store;


namespace TechTemp.Ingest.Instances;

/// <summary>
/// Registers this process in the store as the one that writes readings, and ends it when another one has registered after it and is
/// alive: the newer one stays. A row that somebody left behind, killed or in a backup that was restored, answers no question, and
/// this process takes its place back.
/// </summary>
public sealed partial class InstanceWatch(
    InstanceRegistry registry, StoreState store, StoreConnections connections, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<InstanceWatch> logger)
    : BackgroundService
{
    /// <summary>How long another instance may take to answer. A busy machine may be slow; whoever waits loses nothing.</summary>
    internal static TimeSpan Patience { get; } = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_shortInterval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly string _uid = Guid.NewGuid().ToString("N");
    private (string Uid, long Question, long AskedAt)? _other;
    private IngestInstance? _successor;
    private long? _registeredAt;
    private bool _isStarted;
    private bool _isOurs;

    /// <summary>Looks at the store now, and completes when this process is the registered one.</summary>
    public async Task ConfirmAsync(CancellationToken cancellationToken)
    {
        while (!Look())
        {
            await Task.Delay(s_shortInterval, time, cancellationToken);
        }
    }

    /// <summary>
    /// Whether an instance on this store explains that the broker gave the session to another client: a newer one, which did not stay,
    /// or an older one that has not noticed this one yet. Completes when this process is the registered one.
    /// </summary>
    public async Task<bool> ExplainsTakeoverAsync(CancellationToken cancellationToken)
    {
        if (Look())
        {
            return time.GetElapsedTime(_registeredAt!.Value) < Patience;
        }

        await ConfirmAsync(cancellationToken);
        return true;
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            if (_registeredAt is not null)
            {
                registry.Leave(_uid);
            }
        }
        catch (StoreException)
        {
            // What is left behind answers nobody.
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await StartedAsync(stoppingToken);
        await store.WaitAsync(stoppingToken);
        Volatile.Write(ref _isStarted, true);
        while (true)
        {
            var isOurs = Look();
            if (_successor is { } successor)
            {
                throw new InstanceReplacedException(connections.Path, successor);
            }

            await Task.Delay(isOurs ? s_interval : s_shortInterval, time, stoppingToken);
        }
    }

    // A program that cannot start, as its port is taken, must not disturb the one that runs.
    private async Task StartedAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var _ = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Whether this process is the registered one. While the store cannot be read, it is what it was before.</summary>
    private bool Look()
    {
        lock (_lock)
        {
            if (!_isStarted || _successor is not null)
            {
                return false;
            }

            try
            {
                _isOurs = LookAtStore();
            }
            catch (StoreException)
            {
                // The pipeline and the health check say what is wrong with the store.
            }

            return _isOurs;
        }
    }

    private bool LookAtStore()
    {
        // The first time whoever is registered is replaced, without waiting: one that was killed is gone, one that lives leaves.
        if (_registeredAt is null || registry.Read() is not { } current)
        {
            registry.Register(Self());
            _registeredAt = time.GetTimestamp();
            return true;
        }

        if (current.Uid == _uid)
        {
            _other = null;
            if (current.Answered < current.Asked)
            {
                registry.Answer(_uid);
            }

            return true;
        }

        if (_other?.Uid != current.Uid)
        {
            _other = registry.Ask(current.Uid) is { } question ? (current.Uid, question, time.GetTimestamp()) : null;
        }
        else if (current.Answered >= _other.Value.Question)
        {
            _successor = current;
        }
        else if (time.GetElapsedTime(_other.Value.AskedAt) > Patience && registry.TryReplace(current.Uid, Self()))
        {
            LogTakenBack(logger, current);
            _other = null;
            return true;
        }

        return false;
    }

    private IngestInstance Self() => new()
    {
        Uid = _uid,
        Machine = Environment.MachineName,
        ProcessId = Environment.ProcessId,
        Since = time.GetUtcNow(),
    };

    [LoggerMessage(30, LogLevel.Warning, "Another instance was registered in the store and does not answer: {Other}. This one goes on")]
    private static partial void LogTakenBack(ILogger logger, IngestInstance other);
}
