using System.Buffers;
using MQTTnet;
using MQTTnet.Protocol;
using TechTemp.Data.Readings;
using TechTemp.Data.Workers;
using TechTemp.Ingest.Pipeline;

namespace TechTemp.Ingest.Mqtt;

/// <summary>Gives what one connection to the broker brings to the pipeline, one message after the other, and acknowledges it there.</summary>
internal sealed class MqttReception
{
    // Far more than the sensors of a site; beyond that somebody invents topics.
    private const int MostTopics = 10_000;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly IMqttClient _client;
    private readonly IngestPipeline _pipeline;
    private readonly IngestTelemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly HomesElsewhere? _elsewhere;
    private readonly Dictionary<string, ReadingOrigin> _origins = [];
    private readonly Func<object?, CancellationToken, Task> _acknowledge;
    private long _accepted, _settled;

    public MqttReception(IMqttClient client, IngestPipeline pipeline, IngestTelemetry telemetry, TimeProvider time, HomesElsewhere? elsewhere = null)
    {
        (_client, _pipeline, _telemetry, _time, _elsewhere) = (client, pipeline, telemetry, time, elsewhere);
        _acknowledge = AcknowledgeAsync;
    }

    /// <summary>How many messages the pipeline has accepted from this connection so far.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Whether some of them are not committed yet.</summary>
    public bool IsBusy => Volatile.Read(ref _settled) < Accepted;

    /// <summary>Completes when all that this connection brought is committed.</summary>
    public async Task SettledAsync(CancellationToken cancellationToken)
    {
        while (IsBusy)
        {
            await Task.Delay(s_pause, _time, cancellationToken);
        }
    }

    public Task Receive(MqttApplicationMessageReceivedEventArgs e)
    {
        e.AutoAcknowledge = false;
        var message = e.ApplicationMessage;
        if (message.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtMostOnce && _pipeline.IsFull)
        {
            _telemetry.Dropped();
            return Task.CompletedTask;
        }

        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var origin = Origin(message.Topic);
        var incoming = message.Retain && message.Payload.IsEmpty ? IncomingMessage.Cleared(origin, now)
            : IsElsewhere(origin, message) ? IncomingMessage.Elsewhere(origin, now)
            : IncomingMessage.FromMqtt(origin, Payload(message.Payload), now, message.Dup);
        // Before, so that the acknowledgement never comes first. Refused when stopping: not acknowledged, so the broker keeps it.
        Interlocked.Increment(ref _accepted);
        if (!_pipeline.TryAccept(new(incoming, _time.GetTimestamp(), message.UserProperties, _acknowledge, e)))
        {
            Interlocked.Decrement(ref _accepted);
        }

        return Task.CompletedTask;
    }

    private bool IsElsewhere(ReadingOrigin origin, MqttApplicationMessage message)
    {
        if (_elsewhere is null || origin.HomeId is null || !_elsewhere.Has(origin.HomeId, message.SubscriptionIdentifiers))
        {
            return false;
        }

        _telemetry.Elsewhere();
        return true;
    }

    private static ReadOnlyMemory<byte> Payload(in ReadOnlySequence<byte> payload) =>
        payload.IsSingleSegment ? payload.First : payload.ToArray();

    private async Task AcknowledgeAsync(object? receipt, CancellationToken cancellationToken)
    {
        try
        {
            if (_client.IsConnected)
            {
                await ((MqttApplicationMessageReceivedEventArgs)receipt!).AcknowledgeAsync(cancellationToken);
            }
        }
        finally
        {
            Interlocked.Increment(ref _settled);
        }
    }

    private ReadingOrigin Origin(string topic)
    {
        if (_origins.TryGetValue(topic, out var origin))
        {
            return origin;
        }

        if (_origins.Count == MostTopics)
        {
            _origins.Clear();
        }

        return _origins[topic] = new(topic);
    }
}
