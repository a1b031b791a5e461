using Microsoft.Extensions.Options;
using MQTTnet;
using TechTemp.Data.Instances;
using TechTemp.Data.Store;
using TechTemp.Data.Workers;
using TechTemp.Ingest.Instances;
using TechTemp.Ingest.Pipeline;

namespace TechTemp.Ingest.Mqtt;

/// <summary>
/// This worker's share of the homes: reads once a second how they are divided, keeps the subscriptions that follow from it, and as the first worker divides them. Why nothing is missed: docs/decisions/0032-workers.md.
/// </summary>
public sealed partial class WorkerShare(
    WorkerRegistry registry,
    HomeHandover handover,
    HomesElsewhere elsewhere,
    StatePart states,
    BrokerSessions sessions,
    IngestTelemetry telemetry,
    IOptions<WorkerOptions> options,
    IOptions<MqttSessionOptions> session,
    TimeProvider time,
    ILogger<WorkerShare> logger)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_shortInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_knownInterval = TimeSpan.FromSeconds(5);

    private readonly string _worker = options.Value.Name;
    private readonly bool _takesOthers = options.Value.OtherHomes;
    private readonly string? _shared = session.Value.SharedFilter;
    // The homes that are subscribed on this connection, and for which connection of the first worker.
    private readonly Dictionary<string, long> _subscribed = [];
    private readonly MissingWorkers _missing = new(logger);
    private IReadOnlyList<string> _known = [];
    private long? _knownAt;
    private long? _connection;
    private bool _isFirst;
    private bool _hasMain;
    private volatile bool _leads;
    private volatile Division? _division;

    /// <summary>Whether this worker is the first one, is connected, and receives what the first one is to receive.</summary>
    public bool Leads => _leads;

    /// <summary>How the homes were divided when that was read last; null before.</summary>
    public Division? Division => _division;

    /// <summary>Registers the worker, and takes back what was confirmed on the connection before: called before each connection. Completes when the store has answered.</summary>
    /// <exception cref="WorkerRetiredException">The worker is retired.</exception>
    internal async Task PrepareAsync(string clientId, CancellationToken cancellationToken)
    {
        Disconnected();
        while (true)
        {
            try
            {
                if (!await registry.JoinAsync(_worker, options.Value.HomeList, cancellationToken))
                {
                    throw new WorkerRetiredException(_worker);
                }

                await sessions.RememberAsync(clientId, _worker, cancellationToken);
                await handover.WithdrawAsync(_worker, cancellationToken);
                return;
            }
            catch (StoreException)
            {
                // The health check says what is wrong with the store. Without it nothing could be stored, so nothing is fetched.
                await Task.Delay(s_interval, time, cancellationToken);
            }
        }
    }

    /// <summary>Keeps the share while a connection lasts. <paramref name="standing"/> is called when everything that this worker is to receive is subscribed.</summary>
    /// <exception cref="WorkerRetiredException">The worker is retired, and nothing depends on it any more.</exception>
    internal async Task RunAsync(IMqttClient client, Action standing, CancellationToken cancellationToken)
    {
        var subscriptions = new ShareSubscriptions(client);
        var failures = 0;
        while (client.IsConnected)
        {
            var pause = s_interval;
            try
            {
                if (await StepAsync(subscriptions, cancellationToken))
                {
                    standing();
                }
                else
                {
                    pause = s_shortInterval;
                }

                failures = 0;
            }
            catch (Exception e) when (e is not WorkerRetiredException && !cancellationToken.IsCancellationRequested)
            {
                // The store, whose health check says what is wrong, or the broker, which may have refused a subscription.
                if (failures++ == 0 && e is not StoreException && client.IsConnected)
                {
                    LogFailed(logger, e.Message);
                }
            }

            await Task.Delay(pause, time, cancellationToken);
        }

        Disconnected();
    }

    /// <returns>Whether everything that this worker is to receive is subscribed.</returns>
    private async Task<bool> StepAsync(ShareSubscriptions subscriptions, CancellationToken cancellationToken)
    {
        if (await registry.SeenAsync(_worker, cancellationToken) is not { } isRetired)
        {
            // It was retired and its session ended while this process was suspended. The next connection registers it again.
            await subscriptions.DisconnectAsync(cancellationToken);
            return false;
        }

        var readAt = time.GetTimestamp();
        var division = await registry.ReadAsync(cancellationToken);
        _division = division;
        telemetry.Workers(division);
        _missing.Report(division);
        if (division.NextFirst == _worker)
        {
            await BecomeFirstAsync(subscriptions, division, cancellationToken);
            return false;
        }

        _isFirst = division.First == _worker;
        if (isRetired && !_isFirst)
        {
            // It leads no more.
            Disconnected();
            throw new WorkerRetiredException(_worker);
        }

        if (_isFirst && _connection != division.Connection)
        {
            // Also where the store was restored, or another process had the name for a moment.
            elsewhere.Clear();
            await SubscribeMainAsync(subscriptions, cancellationToken);
            _connection = await handover.BeginConnectionAsync(_worker, cancellationToken);
            return false;
        }

        await (_isFirst ? LeadAsync(subscriptions, division, readAt, cancellationToken) : FollowAsync(subscriptions, division, cancellationToken));
        var stands = await KeepHomesAsync(subscriptions, division, cancellationToken);
        _leads = _isFirst && stands;
        return stands && division.First is not null;
    }

    private async Task BecomeFirstAsync(ShareSubscriptions subscriptions, Division division, CancellationToken cancellationToken)
    {
        // In this order: the first worker receives what nobody else has.
        await SubscribeMainAsync(subscriptions, cancellationToken);
        if (await handover.TryBecomeFirstAsync(_worker, division.First, cancellationToken))
        {
            _connection = null;
            LogFirst(logger, _worker);
        }
    }

    private async Task LeadAsync(ShareSubscriptions subscriptions, Division division, long readAt, CancellationToken cancellationToken)
    {
        if (_shared is null && _takesOthers)
        {
            elsewhere.Update(division, _worker, division.Connection, readAt);
        }
        else
        {
            elsewhere.Clear();
        }

        if (_knownAt is null || time.GetElapsedTime(_knownAt.Value) >= s_knownInterval)
        {
            _known = await registry.KnownHomesAsync(cancellationToken);
            _knownAt = time.GetTimestamp();
        }

        var plan = _shared is null
            ? DivisionPlan.Of(division, _known, _takesOthers)
            : new([], [.. division.Homes.Where(h => !h.IsReleased).Select(h => (h.Home, h.Worker))]);
        foreach (var (home, worker) in plan.Release)
        {
            // In this order: from now on this worker stores the home.
            elsewhere.Remove(home);
            await handover.ReleaseAsync(home, worker, cancellationToken);
        }

        foreach (var (home, worker) in plan.Assign)
        {
            await handover.AssignAsync(home, worker, cancellationToken);
        }

        if (elsewhere.Waiting is { Count: > 0 } waiting)
        {
            var identifier = await handover.NextSubscriptionAsync(cancellationToken);
            await subscriptions.SubscribeAllAsync(identifier, cancellationToken);
            elsewhere.Subscribed(waiting, identifier);
        }

        if (_shared is null && !_takesOthers && _known.All(home => division.Homes.Any(h => h.Home == home && !h.IsReleased && h.Standing == division.Connection)))
        {
            await subscriptions.EndAllAsync(cancellationToken);
        }

        states.Update(_shared is null ? division : division with { Homes = [] }, _worker);
    }

    private async Task FollowAsync(ShareSubscriptions subscriptions, Division division, CancellationToken cancellationToken)
    {
        elsewhere.Clear();
        _connection = null;
        if (_shared is not null)
        {
            await SubscribeMainAsync(subscriptions, cancellationToken);
            states.Update(division with { Homes = [] }, _worker);
            return;
        }

        states.Update(division, _worker);
        if (_takesOthers && division.First is not null)
        {
            // It may have one from an attempt to be the first worker.
            await subscriptions.EndAllAsync(cancellationToken);
        }
    }

    /// <summary>Subscribes to the homes of this worker and confirms that, and ends the subscriptions of those that were released.</summary>
    private async Task<bool> KeepHomesAsync(ShareSubscriptions subscriptions, Division division, CancellationToken cancellationToken)
    {
        var own = division.Homes.Where(h => h.Worker == _worker).ToList();
        foreach (var part in own.Where(h => h.IsReleased).Select(h => h.Home).Chunk(ShareSubscriptions.MostFilters))
        {
            await subscriptions.EndAsync(part, cancellationToken);
            foreach (var home in part)
            {
                _subscribed.Remove(home);
                await handover.RemoveAsync(home, _worker, cancellationToken);
            }
        }

        // The first worker's subscription of all homes has them.
        if (_shared is not null || (_isFirst && _takesOthers))
        {
            return true;
        }

        var missing = own.Where(h => !h.IsReleased && (h.Standing != division.Connection || _subscribed.GetValueOrDefault(h.Home, -1) != division.Connection)).Select(h => h.Home);
        foreach (var part in missing.Chunk(ShareSubscriptions.MostFilters).ToList())
        {
            await subscriptions.SubscribeAsync(part, cancellationToken);
            await handover.ConfirmAsync(_worker, part, division.Connection, cancellationToken);
            foreach (var home in part)
            {
                _subscribed[home] = division.Connection;
            }
        }

        return true;
    }

    private async Task SubscribeMainAsync(ShareSubscriptions subscriptions, CancellationToken cancellationToken)
    {
        if (_shared is not null)
        {
            if (!_hasMain)
            {
                await subscriptions.SubscribeSharedAsync(_shared, cancellationToken);
                _hasMain = true;
                await subscriptions.EndAllAsync(cancellationToken);
            }
        }
        else if (_takesOthers)
        {
            await subscriptions.SubscribeAllAsync(await handover.NextSubscriptionAsync(cancellationToken), cancellationToken);
        }
    }

    private void Disconnected()
    {
        elsewhere.Clear();
        _subscribed.Clear();
        (_connection, _isFirst, _hasMain, _leads) = (null, false, false, false);
    }

    [LoggerMessage(40, LogLevel.Information, "Worker {Worker} is the first one now: it divides the homes among the workers")]
    private static partial void LogFirst(ILogger logger, string worker);

    [LoggerMessage(41, LogLevel.Warning, "The subscriptions of this worker's homes could not be changed: {Message} Trying again")]
    private static partial void LogFailed(ILogger logger, string message);
}
