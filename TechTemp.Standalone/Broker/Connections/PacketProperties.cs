using System.Buffers.Binary;
using MQTTnet.Protocol;

namespace TechTemp.Standalone.Broker.Connections;

/// <summary>
/// Looks for a property in a MQTT 5 packet. MQTTnet decodes a property that is absent as 0, and for some the two mean different things.
/// </summary>
internal static class PacketProperties
{
    /// <summary>The value of an integer property; null when it is absent.</summary>
    /// <param name="properties">The packet's body from the length of its properties on.</param>
    /// <param name="wanted">A property of one, two or four bytes.</param>
    /// <exception cref="ProtocolException">The properties are malformed.</exception>
    public static uint? Find(ReadOnlySpan<byte> properties, MqttPropertyId wanted)
    {
        if (properties.IsEmpty)
        {
            return null;
        }

        var length = ReadInteger(ref properties);
        properties = Take(ref properties, (int)length);
        while (!properties.IsEmpty)
        {
            var id = (MqttPropertyId)properties[0];
            properties = properties[1..];
            var value = ReadValue(ref properties, id);
            if (id == wanted)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>The properties of a PUBLISH: behind the topic and, above QoS 0, the packet identifier.</summary>
    public static ReadOnlySpan<byte> OfPublish(ReadOnlySpan<byte> body, int qos)
    {
        Skip(ref body);
        Take(ref body, qos > 0 ? 2 : 0);
        return body;
    }

    /// <summary>The properties of a CONNECT: behind the protocol's name and level, the flags and the keep alive.</summary>
    public static ReadOnlySpan<byte> OfConnect(ReadOnlySpan<byte> body)
    {
        Skip(ref body);
        Take(ref body, 4);
        return body;
    }

    // The types of MQTT 5, section 2.2.2.2. Of those that are no integers only the end matters here.
    private static uint? ReadValue(ref ReadOnlySpan<byte> rest, MqttPropertyId id)
    {
        switch (id)
        {
            case MqttPropertyId.PayloadFormatIndicator or MqttPropertyId.RequestProblemInformation or MqttPropertyId.RequestResponseInformation:
                return Take(ref rest, 1)[0];
            case MqttPropertyId.ReceiveMaximum or MqttPropertyId.TopicAliasMaximum or MqttPropertyId.TopicAlias:
                return BinaryPrimitives.ReadUInt16BigEndian(Take(ref rest, 2));
            case MqttPropertyId.MessageExpiryInterval or MqttPropertyId.SessionExpiryInterval or MqttPropertyId.WillDelayInterval or MqttPropertyId.MaximumPacketSize:
                return BinaryPrimitives.ReadUInt32BigEndian(Take(ref rest, 4));
            case MqttPropertyId.SubscriptionIdentifier:
                return ReadInteger(ref rest);
            case MqttPropertyId.UserProperty:
                Skip(ref rest);
                Skip(ref rest);
                return null;
            case MqttPropertyId.ContentType or MqttPropertyId.ResponseTopic or MqttPropertyId.CorrelationData or MqttPropertyId.AuthenticationMethod
                or MqttPropertyId.AuthenticationData or MqttPropertyId.ReasonString or MqttPropertyId.ServerReference:
                Skip(ref rest);
                return null;
            default:
                throw new ProtocolException(MqttDisconnectReasonCode.MalformedPacket, $"A client may not send the property {(int)id}.");
        }
    }

    // A string or binary data, with its length before it.
    private static void Skip(ref ReadOnlySpan<byte> rest) => Take(ref rest, BinaryPrimitives.ReadUInt16BigEndian(Take(ref rest, 2)));

    private static uint ReadInteger(ref ReadOnlySpan<byte> rest)
    {
        uint value = 0;
        for (var shift = 0; shift < 28; shift += 7)
        {
            var next = Take(ref rest, 1)[0];
            value |= (uint)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Malformed();
    }

    private static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> rest, int count)
    {
        if (count > rest.Length)
        {
            throw Malformed();
        }

        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    private static ProtocolException Malformed() => new(MqttDisconnectReasonCode.MalformedPacket, "The properties of a packet are malformed.");
}
