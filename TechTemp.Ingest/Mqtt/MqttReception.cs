using System.Buffers;
using MQTTnet;
using MQTTnet.Protocol;
using TechTemp.Data.Readings;
using TechTemp.Ingest.Pipeline;

namespace TechTemp.Ingest.Mqtt;

/// <summary>Takes up what one connection to the broker brings, one message after the other, and acknowledges it there.</summary>
internal sealed class MqttReception
{
    // Far more than the sensors of a site; beyond that somebody invents topics.
    private const int MostTopics = 10_000;

    private readonly IMqttClient _client;
    private readonly IngestPipeline _pipeline;
    private readonly IngestTelemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, ReadingOrigin> _origins = [];
    private readonly Func<object?, CancellationToken, Task> _acknowledge;

    public MqttReception(IMqttClient client, IngestPipeline pipeline, IngestTelemetry telemetry, TimeProvider time)
    {
        (_client, _pipeline, _telemetry, _time) = (client, pipeline, telemetry, time);
        _acknowledge = AcknowledgeAsync;
    }

    public Task Receive(MqttApplicationMessageReceivedEventArgs e)
    {
        e.AutoAcknowledge = false;
        var message = e.ApplicationMessage;
        if (message.Retain && message.Payload.IsEmpty)
        {
            return e.AcknowledgeAsync(CancellationToken.None);
        }

        if (message.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtMostOnce && _pipeline.IsFull)
        {
            _telemetry.Dropped();
            return Task.CompletedTask;
        }

        var incoming = IncomingMessage.FromMqtt(Origin(message.Topic), Payload(message.Payload), _time.GetUtcNow().ToUnixTimeMilliseconds(), message.Dup);
        // Refused when stopping: not acknowledged, so the broker keeps it.
        _pipeline.TryAccept(new(incoming, _time.GetTimestamp(), message.UserProperties, _acknowledge, e));
        return Task.CompletedTask;
    }

    private static ReadOnlyMemory<byte> Payload(in ReadOnlySequence<byte> payload) =>
        payload.IsSingleSegment ? payload.First : payload.ToArray();

    private Task AcknowledgeAsync(object? receipt, CancellationToken cancellationToken) =>
        _client.IsConnected ? ((MqttApplicationMessageReceivedEventArgs)receipt!).AcknowledgeAsync(cancellationToken) : Task.CompletedTask;

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
