using MQTTnet.Packets;

namespace TechTemp.Standalone.Broker.Connections;

/// <summary>
/// The acknowledgements that a client waits for, in the order of its messages: MQTT wants them in that order (MQTT-4.6.0-2, -3), and
/// a message that needs no commit is done before one that does.
/// </summary>
internal sealed class PendingAcknowledgements(Action<MqttPacket> send)
{
    private readonly Queue<Entry> _entries = new();
    private readonly Lock _lock = new();

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Notes that a message was received.</summary>
    /// <param name="packet">Its PUBACK or PUBREC.</param>
    public Entry Add(MqttPacket packet)
    {
        var entry = new Entry(packet);
        lock (_lock)
        {
            _entries.Enqueue(entry);
        }

        return entry;
    }

    /// <summary>Acknowledges a message as soon as those before it are acknowledged.</summary>
    public void Complete(Entry entry)
    {
        lock (_lock)
        {
            entry.IsComplete = true;
            while (_entries.TryPeek(out var first) && first.IsComplete)
            {
                _entries.Dequeue();
                send(first.Packet);
            }
        }
    }

    public sealed class Entry(MqttPacket packet)
    {
        public MqttPacket Packet => packet;

        public bool IsComplete { get; set; }
    }
}
