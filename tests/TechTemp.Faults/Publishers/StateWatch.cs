using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using TechTemp.Faults.Books;

namespace TechTemp.Faults.Publishers;

/// <summary>Receives every device's states, and finds those that are older than one before them.</summary>
internal sealed class StateWatch : IAsyncDisposable
{
    private const string AllStates = "home/+/sensors/+/state";
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);
    private readonly CancellationTokenSource _enough = new();
    private readonly int _port;
    private readonly bool _forgets;
    private readonly Task _watch;

    // By topic.
    private readonly ConcurrentDictionary<string, State> _newest = new();
    private readonly ConcurrentQueue<string> _backwards = new();

    /// <summary>Begins to watch.</summary>
    /// <param name="port">The broker's port.</param>
    /// <param name="forgets">Whether the broker is killed and then has older states than before.</param>
    public StateWatch(int port, bool forgets = false)
    {
        (_port, _forgets) = (port, forgets);
        _watch = Task.Run(WatchAsync);
    }

    /// <summary>The states that were older than one before them.</summary>
    public IReadOnlyCollection<string> Backwards => _backwards;

    /// <summary>The devices whose state is not that of the newest reading that they sent.</summary>
    public IReadOnlyList<string> Behind(IEnumerable<Book> books) =>
    [
        .. from book in books
           let newest = new Sample(book.Device, book.Sent)
           let state = _newest.GetValueOrDefault(SampleReading.StateTopic(newest.Uid, book.Home))
           where state?.Ts != newest.Ts
           select FormattableString.Invariant($"{newest.Uid} has sent {newest.Ts}, its state is {state}"),
    ];

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        await _watch;
        _enough.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!_enough.IsCancellationRequested)
        {
            using var client = new MqttClientFactory().CreateMqttClient();
            var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            client.DisconnectedAsync += _ =>
            {
                lost.TrySetResult();
                return Task.CompletedTask;
            };
            client.ApplicationMessageReceivedAsync += e =>
            {
                See(e.ApplicationMessage.Topic, e.ApplicationMessage.Payload);
                return Task.CompletedTask;
            };
            if (_forgets)
            {
                _newest.Clear();
            }

            try
            {
                using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_enough.Token);
                timeout.CancelAfter(s_timeout);
                var options = new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", _port).WithProtocolVersion(MqttProtocolVersion.V500).Build();
                await client.ConnectAsync(options, timeout.Token);
                await client.SubscribeAsync(AllStates, MqttQualityOfServiceLevel.AtLeastOnce, timeout.Token);
                await lost.Task.WaitAsync(_enough.Token);
            }
            // Connections go in many ways, and MQTTnet has an exception for each.
            catch (Exception)
            {
                await Task.Delay(s_pause, CancellationToken.None);
            }
        }
    }

    // Called for one message after the other.
    private void See(string topic, ReadOnlySequence<byte> payload)
    {
        using var json = JsonDocument.Parse(payload);
        var state = new State(json.RootElement.GetProperty("ts").GetInt64(), json.RootElement.TryGetProperty("acked_seq", out var seq) ? seq.GetInt64() : null);
        if (_newest.TryGetValue(topic, out var before) && (state.Ts < before.Ts || state.AckedSeq < before.AckedSeq))
        {
            _backwards.Enqueue($"{topic}: {state} after {before}");
        }

        _newest[topic] = state;
    }

    private sealed record State(long Ts, long? AckedSeq);
}
