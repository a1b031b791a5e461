using System.Threading.Channels;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using TechTemp.Standalone.Broker.Sessions;

namespace TechTemp.Standalone.Broker.Connections;

/// <summary>What goes to the client: acknowledgements and answers first, then the messages of its session.</summary>
internal sealed partial class ClientConnection
{
    // Beyond these the client is not read from until it reads itself.
    private const int MostControlPackets = 500;
    private const int MostAliases = 100;
    private const int FlushBytes = 32_768;
    private const int MostAtOnce = 64;

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Queue<MqttPacket> _control = new();
    private readonly List<OutgoingMessage> _next = [];
    private readonly Dictionary<string, ushort> _aliases = new(StringComparer.Ordinal);
    private MqttDisconnectReasonCode? _closing;
    private long _closingAt;
    private long _sendingSince;
    private int _clientReceives = ushort.MaxValue;
    private uint _clientTakes = uint.MaxValue;
    private ushort _clientAliases;

    /// <summary>There is something to send.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    private void Send(MqttPacket packet)
    {
        lock (_control)
        {
            _control.Enqueue(packet);
        }

        Wake();
    }

    private bool HasManyControlPackets
    {
        get
        {
            lock (_control)
            {
                return _control.Count > MostControlPackets;
            }
        }
    }

    private async Task SendAsync()
    {
        try
        {
            Wake();
            while (await _wake.Reader.WaitToReadAsync(_aborted.Token))
            {
                _wake.Reader.TryRead(out _);
                var closing = Closing();
                while (WriteNext())
                {
                    await FlushAsync();
                }

                if (closing is { } reason)
                {
                    if (IsMqtt5 && reason != MqttDisconnectReasonCode.NormalDisconnection)
                    {
                        _packets.TryWrite(new MqttDisconnectPacket { ReasonCode = reason });
                        await FlushAsync();
                    }

                    _packets.EndWriting();
                    return;
                }
            }
        }
        catch (Exception e) when (IsLost(e))
        {
            // The receiving part notices, too.
            Abort();
        }
    }

    // Read before the last packets are written: an acknowledgement that was given before is then among them.
    private MqttDisconnectReasonCode? Closing()
    {
        lock (_control)
        {
            return _closing;
        }
    }

    private async ValueTask FlushAsync()
    {
        Volatile.Write(ref _sendingSince, _time.GetTimestamp());
        await _packets.FlushAsync(_aborted.Token);
        Volatile.Write(ref _sendingSince, 0);
    }

    private bool WriteNext()
    {
        lock (_control)
        {
            while (_packets.Unsent < FlushBytes && _control.TryDequeue(out var packet))
            {
                _packets.TryWrite(packet);
            }
        }

        if (_packets.Unsent < FlushBytes && _session is not null)
        {
            _next.Clear();
            _router.Take(this, _session, _next, MostAtOnce, _clientReceives);
            foreach (var message in _next)
            {
                Write(_session, message);
            }
        }

        return _packets.Unsent > 0;
    }

    private void Write(Session session, OutgoingMessage message)
    {
        var packet = message.ToPacket(_time.GetUtcNow().ToUnixTimeMilliseconds());
        var topic = packet is MqttPublishPacket publish ? UseAlias(publish) : null;
        if (!_packets.TryWrite(packet, _clientTakes))
        {
            // As if it had been sent (MQTT-3.1.2-25).
            _telemetry.Dropped(DropReason.TooLarge);
            _router.Acknowledged(session, message.PacketIdentifier);
            if (topic is not null)
            {
                _aliases.Remove(topic);
            }
        }
    }

    // The first message of a topic tells the client its alias; the next ones have it in the place of the topic.
    private string? UseAlias(MqttPublishPacket packet)
    {
        if (_clientAliases == 0)
        {
            return null;
        }

        if (_aliases.TryGetValue(packet.Topic, out var alias))
        {
            (packet.TopicAlias, packet.Topic) = (alias, "");
            return null;
        }

        if (_aliases.Count >= Math.Min(_clientAliases, (ushort)MostAliases))
        {
            return null;
        }

        packet.TopicAlias = (ushort)(_aliases.Count + 1);
        _aliases.Add(packet.Topic, packet.TopicAlias);
        return packet.Topic;
    }
}
