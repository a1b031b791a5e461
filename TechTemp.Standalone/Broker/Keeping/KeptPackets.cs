using System.Buffers;
using MQTTnet.Formatter;
using MQTTnet.Formatter.V5;
using MQTTnet.Packets;
using TechTemp.Standalone.Broker.Connections;

namespace TechTemp.Standalone.Broker.Keeping;

/// <summary>MQTT 5 packets as the store keeps them. Not safe for threads.</summary>
internal sealed class KeptPackets
{
    private readonly MqttV5PacketFormatter _formatter = new(new MqttBufferWriter(512, PacketStream.MostBytes));

    public byte[] Encode(params IEnumerable<MqttPacket> packets)
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var packet in packets)
        {
            bytes.Write(_formatter.Encode(packet).ToArray());
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>The packets up to the first that is malformed: a restored file may hold anything.</summary>
    public List<MqttPacket> Decode(byte[] bytes)
    {
        var packets = new List<MqttPacket>();
        try
        {
            var rest = new ReadOnlySequence<byte>(bytes);
            while (PacketStream.TryReadFrame(ref rest, out var frame))
            {
                packets.Add(_formatter.Decode(frame));
            }
        }
        // Whatever the formatter throws, it is the file's fault.
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return packets;
        }

        return packets;
    }
}
