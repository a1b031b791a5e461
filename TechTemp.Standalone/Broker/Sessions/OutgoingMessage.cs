using MQTTnet.Packets;
using MQTTnet.Protocol;
using TechTemp.Standalone.Broker.Routing;

namespace TechTemp.Standalone.Broker.Sessions;

/// <summary>A message on its way to one session.</summary>
internal sealed class OutgoingMessage(BrokerMessage message, MqttQualityOfServiceLevel qos, bool retain, List<uint>? identifiers, long position)
{
    private const int Overhead = 150;

    public BrokerMessage Message => message;

    public MqttQualityOfServiceLevel Qos => qos;

    public bool Retain => retain;

    /// <summary>Its place in the session's order of messages.</summary>
    public long Position => position;

    public ushort PacketIdentifier { get; set; }

    /// <summary>Whether it has been sent on this connection.</summary>
    public bool IsSent { get; set; }

    /// <summary>Whether it has been sent on some connection: the next one sets DUP.</summary>
    public bool IsRepeated { get; set; }

    /// <summary>Whether its PUBREC has come: PUBREL is sent, and no longer the message (MQTT 5, section 4.3.3).</summary>
    public bool IsReceived { get; set; }

    /// <summary>Whether it is in the store.</summary>
    public bool IsKept { get; set; }

    /// <summary>The memory that it takes, in bytes, roughly. Its receivers share a message, but each may be the last one that holds it.</summary>
    public int Size { get; } = Overhead + message.Size;

    public MqttPacket ToPacket(long now)
    {
        if (IsReceived)
        {
            return new MqttPubRelPacket { PacketIdentifier = PacketIdentifier };
        }

        var packet = message.ToPacket(qos, retain, now);
        packet.PacketIdentifier = PacketIdentifier;
        packet.SubscriptionIdentifiers = identifiers;
        packet.Dup = IsRepeated;
        return packet;
    }
}
