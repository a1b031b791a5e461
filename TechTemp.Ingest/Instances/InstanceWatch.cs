using Microsoft.Extensions.Options;
using TechTemp.Data.Instances;
using TechTemp.Data.Store;
using TechTemp.Data.Workers;

namespace TechTemp.Ingest.Instances;

/// <summary>
/// Registers this process in the store as the one that writes readings, or that is one of several workers, and ends it when another one has registered after it and is
/// alive: the newer one stays. A row that somebody left behind, killed or in a backup that was restored, answers no question, and
/// this process takes its place back.
/// </summary>
public sealed partial class InstanceWatch(
    InstanceRegistry registry,
    WorkerRegistry workers,
    StoreState store,
    IOptions<WorkerOptions> worker,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<InstanceWatch> logger)
    : BackgroundService
{
    /// <summary>How long another instance may take to answer. A busy machine may be slow; whoever waits loses nothing.</summary>
    internal static TimeSpan Patience { get; } = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_shortInterval = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly string _uid = Guid.NewGuid().ToString("N");
    private (string Uid, long Question, long AskedAt)? _other;
    private IngestInstance? _successor;
    private long? _registeredAt;
    private bool _isStarted;
    private bool _isOurs;
    private bool _hasLeft;

    /// <summary>Looks at the store now, and completes when this process is the registered one.</summary>
    public async Task ConfirmAsync(CancellationToken cancellationToken)
    {
        while (!await LookAsync(cancellationToken))
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
        if (await LookAsync(cancellationToken))
        {
            return time.GetElapsedTime(_registeredAt!.Value) < Patience;
        }

        await ConfirmAsync(cancellationToken);
        return true;
    }

    /// <summary>This process gives its worker up, and goes on without it.</summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            _hasLeft = true;
            await registry.LeaveAsync(_uid, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            if (_registeredAt is not null)
            {
                await registry.LeaveAsync(_uid, cancellationToken);
            }
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            // What is left behind answers nobody.
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await StartedAsync(stoppingToken);
        await store.WaitAsync(stoppingToken);
        await WhileRetiredAsync(stoppingToken);
        Volatile.Write(ref _isStarted, true);
        while (true)
        {
            var isOurs = await LookAsync(stoppingToken);
            if (_successor is { } successor)
            {
                throw new InstanceReplacedException(registry.Store, successor);
            }

            await Task.Delay(isOurs ? s_interval : s_shortInterval, time, stoppingToken);
        }
    }

    // The worker that ends the sessions of a retired worker first asks whether its process lives. After that the name is free for a new worker.
    private async Task WhileRetiredAsync(CancellationToken cancellationToken)
    {
        while (worker.Value.IsOneOfSeveral)
        {
            try
            {
                if (!await workers.IsRetiredAsync(worker.Value.Name, cancellationToken))
                {
                    return;
                }
            }
            catch (StoreException)
            {
                // The pipeline and the health check say what is wrong with the store.
            }

            await Task.Delay(s_interval, time, cancellationToken);
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
    private async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!_isStarted || _hasLeft || _successor is not null)
            {
                return false;
            }

            try
            {
                _isOurs = await LookAtStoreAsync(cancellationToken);
            }
            catch (StoreException)
            {
                // The pipeline and the health check say what is wrong with the store.
            }

            return _isOurs;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<bool> LookAtStoreAsync(CancellationToken cancellationToken)
    {
        // The first time whoever is registered is replaced, without waiting: one that was killed is gone, one that lives leaves.
        if (_registeredAt is null || await registry.ReadAsync(worker.Value.Name, cancellationToken) is not { } current)
        {
            await registry.RegisterAsync(Self(), cancellationToken);
            _registeredAt = time.GetTimestamp();
            return true;
        }

        if (current.Uid == _uid)
        {
            _other = null;
            if (current.Answered < current.Asked)
            {
                await registry.AnswerAsync(_uid, cancellationToken);
            }

            return true;
        }

        if (_other?.Uid != current.Uid)
        {
            _other = await registry.AskAsync(current.Uid, cancellationToken) is { } question ? (current.Uid, question, time.GetTimestamp()) : null;
        }
        else if (current.Answered >= _other.Value.Question)
        {
            _successor = current;
        }
        else if (time.GetElapsedTime(_other.Value.AskedAt) > Patience && await registry.TryReplaceAsync(current.Uid, Self(), cancellationToken))
        {
            LogTakenBack(logger, current);
            _other = null;
            return true;
        }

        return false;
    }

    private IngestInstance Self() => new()
    {
        Worker = worker.Value.Name,
        Uid = _uid,
        Machine = Environment.MachineName,
        ProcessId = Environment.ProcessId,
        Since = time.GetUtcNow(),
    };

    [LoggerMessage(30, LogLevel.Warning, "Another instance was registered in the store and does not answer: {Other}. This one goes on")]
    private static partial void LogTakenBack(ILogger logger, IngestInstance other);
}
