using System.Collections.Concurrent;
using System.Diagnostics;
using TechTemp.Data.Readings;
using TechTemp.Readings.Messages;
using TechTemp.ServiceDefaults.Mqtt;

namespace TechTemp.Ingest.Pipeline;

/// <summary>Where states go: the broker, over the network or in the same process.</summary>
public interface IStateSink
{
    /// <summary>Publishes a state, retained, at QoS 1, with the trace context of <see cref="Activity.Current"/> where there is one.</summary>
    /// <returns>False when the broker is away: try again later.</returns>
    Task<bool> TryPublishAsync(string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);
}

/// <summary>
/// Publishes the newest committed reading of each device. Of the states that wait for one device only the newest is
/// kept: commits never wait for the broker, and a broker that was away gets each device once.
/// </summary>
public sealed class StatePublisher(IServiceProvider services, StatePart part, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    // By topic, which has the home in it; null clears what is retained there.
    private readonly ConcurrentDictionary<string, DeviceState?> _waiting = new();
    private readonly ConcurrentDictionary<string, DeviceState> _newest = new();
    // The trace that a waiting state continues, by topic: only of states that somebody traces.
    private readonly ConcurrentDictionary<string, (DeviceState State, ActivityContext Parent)> _traced = new();
    private readonly SemaphoreSlim _signal = new(0);
    private volatile TaskCompletionSource? _flushed;

    /// <summary>Publishes these states soon.</summary>
    public void Publish(IEnumerable<DeviceState> states)
    {
        foreach (var state in states)
        {
            // A device that has no home yet has no topic to be told of on.
            // Another worker publishes the states of its homes.
            if (state.HomeId is not null && part.Has(state.HomeId))
            {
                var topic = SensorTopic.State(state.HomeId, state.DeviceUid);
                _newest[topic] = state;
                if (ParentOf(state) is var parent && parent != default)
                {
                    _traced[topic] = (state, parent);
                }

                _waiting[topic] = state;
            }
        }

        Wake();
    }

    /// <summary>Publishes what is not as it was published last, and clears the state of each device that is no more.</summary>
    /// <param name="states">The states of all devices.</param>
    public void PublishChanges(IReadOnlyList<DeviceState> states)
    {
        var known = states.Where(s => s.HomeId is not null).ToDictionary(s => SensorTopic.State(s.HomeId!, s.DeviceUid));
        foreach (var (topic, state) in _newest)
        {
            // Forget the states of homes that another worker publishes now: if such a home comes back, each state is published again.
            if (!part.Has(state.HomeId!))
            {
                _newest.TryRemove(topic, out _);
            }
            else if (!known.ContainsKey(topic))
            {
                _newest.TryRemove(topic, out _);
                _waiting[topic] = null;
            }
        }

        Publish(known.Where(k => _newest.GetValueOrDefault(k.Key) != k.Value).Select(k => k.Value));
    }

    /// <summary>Publishes every state again, for a broker that may have forgotten some: killed, it is back at its last save.</summary>
    public void PublishAgain() => Publish(_newest.Values);

    /// <summary>Completes when nothing waits any more.</summary>
    public Task FlushAsync(CancellationToken cancellationToken)
    {
        _flushed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _signal.Release();
        return _flushed.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The payload of a state.</summary>
    internal static ReadOnlyMemory<byte> Payload(DeviceState state) => new StatePayload(state.Ts, state.Values, state.RoomUid, state.AckedSeq).ToJson();

    /// <inheritdoc />
    public override void Dispose()
    {
        _signal.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Resolved late: the sink feeds the pipeline, which feeds this publisher.
        var sink = services.GetRequiredService<IStateSink>();
        while (!stoppingToken.IsCancellationRequested)
        {
            await _signal.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // Read first: what waited when the flush was asked for is then among the topics.
            var flushed = _flushed;
            foreach (var topic in _waiting.Keys)
            {
                await PublishAsync(sink, topic, stoppingToken);
            }

            if (_waiting.IsEmpty)
            {
                flushed?.TrySetResult();
            }
        }
    }

    private async Task PublishAsync(IStateSink sink, string topic, CancellationToken stoppingToken)
    {
        if (!_waiting.TryRemove(topic, out var state) || (state is not null && !part.Has(state.HomeId!)))
        {
            return;
        }

        var parent = TakeParent(topic, state);
        using var span = parent == default ? null : MqttSpans.Start(IngestTelemetry.Source, MqttOperation.Publish, SensorTopic.StateTemplate, topic, parent);
        if (await sink.TryPublishAsync(topic, state is null ? default : Payload(state), stoppingToken))
        {
            return;
        }

        if (span is not null && state is not null)
        {
            // The broker is away. Of the attempts only the one that succeeds is exported.
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            _traced.TryAdd(topic, (state, parent));
        }

        _waiting.TryAdd(topic, state);
        await Task.Delay(s_pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _signal.Release();
    }

    // The batch that is being committed, or the HTTP request that has posted the reading.
    private static ActivityContext ParentOf(DeviceState state) =>
        Activity.Current is not { } current ? default
        : BatchTrace.Of(current) is { } batch ? batch.ContextOf(state.DeviceUid)
        : current.Context;

    private ActivityContext TakeParent(string topic, DeviceState? state)
    {
        // What is traced may be a newer state already, which then waits itself.
        if (!_traced.TryGetValue(topic, out var traced) || !ReferenceEquals(traced.State, state))
        {
            return default;
        }

        _traced.TryRemove(KeyValuePair.Create(topic, traced));
        return traced.Parent;
    }

    private void Wake()
    {
        if (!_waiting.IsEmpty)
        {
            _signal.Release();
        }
    }
}
