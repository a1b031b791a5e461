using System.Buffers;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace TechTemp.Standalone.Broker.Routing;

/// <summary>A message as it was published. It does not change: sessions and retained messages share it.</summary>
internal sealed class BrokerMessage
{
    // What the objects take beside their contents, roughly.
    private const int Overhead = 200;

    public required string Topic { get; init; }

    public required ReadOnlyMemory<byte> Payload { get; init; }

    public MqttQualityOfServiceLevel Qos { get; init; }

    public bool Retain { get; init; }

    public MqttPayloadFormatIndicator PayloadFormat { get; init; }

    public string? ContentType { get; init; }

    public string? ResponseTopic { get; init; }

    public byte[]? CorrelationData { get; init; }

    public List<MqttUserProperty>? UserProperties { get; init; }

    /// <summary>When it expires, unix milliseconds; null for never (MQTT 5, section 3.3.2.3.3).</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>Who published it: its own subscriptions with No Local do not get it. Null for this process.</summary>
    public string? Publisher { get; init; }

    /// <summary>The memory that it takes, in bytes, roughly.</summary>
    public int Size => Overhead + (2 * Topic.Length) + Payload.Length + (2 * (ContentType?.Length ?? 0)) + (2 * (ResponseTopic?.Length ?? 0))
        + (CorrelationData?.Length ?? 0) + (UserProperties?.Sum(p => (2 * p.Name.Length) + p.ValueBuffer.Length + 100) ?? 0);

    public static BrokerMessage From(MqttPublishPacket packet, string? publisher, long? expiresAt) => new()
    {
        Topic = packet.Topic,
        Payload = packet.Payload.IsSingleSegment ? packet.Payload.First : packet.Payload.ToArray(),
        Qos = packet.QualityOfServiceLevel,
        Retain = packet.Retain,
        PayloadFormat = packet.PayloadFormatIndicator,
        ContentType = packet.ContentType,
        ResponseTopic = packet.ResponseTopic,
        CorrelationData = packet.CorrelationData,
        UserProperties = packet.UserProperties,
        ExpiresAt = expiresAt,
        Publisher = publisher,
    };

    /// <summary>The will of a CONNECT, whose expiry counts from when it is published.</summary>
    public static BrokerMessage Will(MqttConnectPacket packet, long now) => new()
    {
        Topic = packet.WillTopic,
        Payload = packet.WillMessage ?? [],
        Qos = packet.WillQoS,
        Retain = packet.WillRetain,
        PayloadFormat = packet.WillPayloadFormatIndicator,
        ContentType = packet.WillContentType,
        ResponseTopic = packet.WillResponseTopic,
        CorrelationData = packet.WillCorrelationData,
        UserProperties = packet.WillUserProperties,
        ExpiresAt = packet.WillMessageExpiryInterval > 0 ? now + (packet.WillMessageExpiryInterval * 1000L) : null,
        Publisher = packet.ClientId,
    };

    public bool IsExpired(long now) => ExpiresAt <= now;

    /// <summary>The PUBLISH of this message, without what belongs to one receiver.</summary>
    public MqttPublishPacket ToPacket(MqttQualityOfServiceLevel qos, bool retain, long now) => new()
    {
        Topic = Topic,
        Payload = new ReadOnlySequence<byte>(Payload),
        QualityOfServiceLevel = qos,
        Retain = retain,
        PayloadFormatIndicator = PayloadFormat,
        ContentType = ContentType,
        ResponseTopic = ResponseTopic,
        CorrelationData = CorrelationData,
        UserProperties = UserProperties,
        // What is left of it, at least a second (MQTT-3.3.2-6).
        MessageExpiryInterval = ExpiresAt is { } end ? (uint)Math.Max(1, (end - now) / 1000) : 0,
    };
}
