using System.Collections.Concurrent;
using System.Text.Json;
using TechTemp.Data.Readings;

namespace TechTemp.Ingest.Pipeline;

/// <summary>Where states go: the broker, over the network or in the same process.</summary>
public interface IStateSink
{
    /// <summary>Publishes a state, retained, at QoS 1.</summary>
    /// <returns>False when the broker is away: try again later.</returns>
    Task<bool> TryPublishAsync(string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);
}

/// <summary>
/// Publishes the newest committed reading of each device. Of the states that wait for one device only the newest is
/// kept: commits never wait for the broker, and a broker that was away gets each device once.
/// </summary>
public sealed class StatePublisher(IServiceProvider services, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);
    private readonly ConcurrentDictionary<string, DeviceState> _waiting = new();
    private readonly SemaphoreSlim _signal = new(0);
    private volatile TaskCompletionSource? _flushed;

    /// <summary>Publishes these states soon.</summary>
    public void Publish(IReadOnlyList<DeviceState> states)
    {
        foreach (var state in states)
        {
            // The topic has the home in it; a device that has none yet cannot be told of.
            if (state.HomeId is not null)
            {
                _waiting[state.DeviceUid] = state;
            }
        }

        if (states.Count > 0)
        {
            _signal.Release();
        }
    }

    /// <summary>Completes when nothing waits any more.</summary>
    public Task FlushAsync(CancellationToken cancellationToken)
    {
        _flushed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _signal.Release();
        return _flushed.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The payload of a state (contract, section 1).</summary>
    internal static byte[] Payload(DeviceState state) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        ts = state.Ts,
        temperature_c = state.Temperature,
        humidity_pct = state.Humidity,
        room = state.RoomUid,
    });

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
            foreach (var uid in _waiting.Keys)
            {
                await PublishAsync(sink, uid, stoppingToken);
            }

            if (_waiting.IsEmpty)
            {
                _flushed?.TrySetResult();
            }
        }
    }

    private async Task PublishAsync(IStateSink sink, string uid, CancellationToken stoppingToken)
    {
        if (!_waiting.TryRemove(uid, out var state))
        {
            return;
        }

        if (!await sink.TryPublishAsync(SensorTopic.State(state.HomeId!, uid), Payload(state), stoppingToken))
        {
            _waiting.TryAdd(uid, state);
            await Task.Delay(s_pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _signal.Release();
        }
    }
}
