using MQTTnet.Adapter;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using TechTemp.Standalone.Broker.Routing;
using TechTemp.Standalone.Broker.Sessions;

namespace TechTemp.Standalone.Broker.Connections;

/// <summary>What comes from the client.</summary>
internal sealed partial class ClientConnection
{
    // MQTT 3.1.1 clients are not told how many they may have.
    private const int MostUnreleased = 4_096;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);

    private readonly PendingAcknowledgements _acknowledgements;
    private readonly Dictionary<uint, string> _topics = [];
    private bool _sendWill = true;
    private uint? _disconnectExpiry;

    private async Task ReceiveAsync(Session session)
    {
        while (await _packets.ReadAsync(_aborted.Token) is { } frame)
        {
            Volatile.Write(ref _lastReceived, _time.GetTimestamp());
            if (Closing() is not null)
            {
                // What it still sends is not taken any more.
                continue;
            }

            if (!Handle(session, frame))
            {
                return;
            }

            if (MustWait)
            {
                await WaitAsync();
            }
        }
    }

    // Not read from while it has as much in flight as it may, so that TCP holds it back.
    private bool MustWait => _acknowledgements.Count is var waiting && (waiting >= ReceiveMaximum || (waiting > 0 && _intake.IsFull) || HasManyControlPackets);

    private async Task WaitAsync()
    {
        Volatile.Write(ref _isHeldUp, true);
        while (MustWait)
        {
            await Task.Delay(s_pause, _time, _aborted.Token);
        }

        Volatile.Write(ref _lastReceived, _time.GetTimestamp());
        Volatile.Write(ref _isHeldUp, false);
    }

    /// <returns>False when the client says goodbye.</returns>
    private bool Handle(Session session, in ReceivedMqttPacket frame)
    {
        var type = (MqttControlPacketType)(frame.FixedHeader >> 4);
        // Of other packets than PUBLISH the flags are fixed (MQTT 5, section 2.1.3).
        var flags = frame.FixedHeader & 0x0F;
        if (type != MqttControlPacketType.Publish && flags != (type is MqttControlPacketType.PubRel or MqttControlPacketType.Subscribe or MqttControlPacketType.Unsubscribe ? 2 : 0))
        {
            throw new ProtocolException(MqttDisconnectReasonCode.MalformedPacket, "The flags of a packet are malformed.");
        }

        switch (type)
        {
            case MqttControlPacketType.Publish:
                Publish(session, frame);
                return true;
            case MqttControlPacketType.PubAck:
                _router.Acknowledged(session, ((MqttPubAckPacket)_packets.Decode(frame)).PacketIdentifier);
                return true;
            case MqttControlPacketType.PubRec:
                Received(session, (MqttPubRecPacket)_packets.Decode(frame));
                return true;
            case MqttControlPacketType.PubRel:
                Release(session, (MqttPubRelPacket)_packets.Decode(frame));
                return true;
            case MqttControlPacketType.PubComp:
                _router.Acknowledged(session, ((MqttPubCompPacket)_packets.Decode(frame)).PacketIdentifier);
                return true;
            case MqttControlPacketType.Subscribe:
                Subscribe(session, (MqttSubscribePacket)_packets.Decode(frame), frame);
                return true;
            case MqttControlPacketType.Unsubscribe:
                var unsubscribe = (MqttUnsubscribePacket)_packets.Decode(frame);
                Send(new MqttUnsubAckPacket { PacketIdentifier = unsubscribe.PacketIdentifier, ReasonCodes = _router.Unsubscribe(session, unsubscribe.TopicFilters) });
                return true;
            case MqttControlPacketType.PingReq:
                Send(MqttPingRespPacket.Instance);
                return true;
            case MqttControlPacketType.Disconnect:
                Disconnect(frame);
                return false;
            default:
                throw new ProtocolException(MqttDisconnectReasonCode.ProtocolError, $"A client may not send {type} here.");
        }
    }

    private void Publish(Session session, in ReceivedMqttPacket frame)
    {
        var qos = (frame.FixedHeader >> 1) & 3;
        if (qos == 3)
        {
            throw new ProtocolException(MqttDisconnectReasonCode.MalformedPacket, "There is no QoS 3.");
        }

        var alias = IsMqtt5 ? PacketProperties.Find(PacketProperties.OfPublish(frame.Body, qos), MqttPropertyId.TopicAlias) : null;
        var packet = (MqttPublishPacket)_packets.Decode(frame);
        packet.Topic = TopicOf(packet.Topic, alias);
        if (!TopicNames.IsValidName(packet.Topic))
        {
            throw new ProtocolException(MqttDisconnectReasonCode.TopicNameInvalid, "A topic name is invalid.");
        }

        if (packet.SubscriptionIdentifiers is { Count: > 0 } || (packet.ResponseTopic is not null && !TopicNames.IsValidName(packet.ResponseTopic)) || (qos > 0 && packet.PacketIdentifier == 0))
        {
            throw new ProtocolException(MqttDisconnectReasonCode.ProtocolError, "A PUBLISH is invalid.");
        }

        var expiresAt = packet.MessageExpiryInterval > 0 ? _time.GetUtcNow().ToUnixTimeMilliseconds() + (packet.MessageExpiryInterval * 1000L) : (long?)null;
        var message = BrokerMessage.From(packet, session.ClientId, expiresAt);
        var accepted = qos switch
        {
            0 => _intake.TryAccept(message, packet.Dup, null),
            1 => TryAccept(session, message, packet, new MqttPubAckPacket { PacketIdentifier = packet.PacketIdentifier }),
            _ => IsReceived(session, packet.PacketIdentifier) || TryAccept(session, message, packet, new MqttPubRecPacket { PacketIdentifier = packet.PacketIdentifier }),
        };
        if (!accepted)
        {
            // Stopping: not acknowledged, so that the sender keeps the message and sends it again.
            throw new ProtocolException(MqttDisconnectReasonCode.ServerShuttingDown, "The broker is stopping.");
        }
    }

    private bool TryAccept(Session session, BrokerMessage message, MqttPublishPacket packet, MqttPacket acknowledgement)
    {
        int unreleased;
        lock (session.Received)
        {
            unreleased = session.Received.Count;
        }

        if (IsMqtt5 ? _acknowledgements.Count + unreleased >= ReceiveMaximum : unreleased >= MostUnreleased)
        {
            throw new ProtocolException(MqttDisconnectReasonCode.ReceiveMaximumExceeded, "The client has more messages in flight than the receive maximum.");
        }

        var entry = _acknowledgements.Add(acknowledgement);
        return _intake.TryAccept(message, packet.Dup, () =>
        {
            // Only now: until then a client that comes back and sends it again must wait for the commit again.
            if (acknowledgement is MqttPubRecPacket received)
            {
                lock (session.Received)
                {
                    session.Received.Add(received.PacketIdentifier);
                }
            }

            _acknowledgements.Complete(entry);
        });
    }

    // A QoS 2 message that was received before and not been released: once is enough (MQTT 5, section 4.3.3).
    private bool IsReceived(Session session, ushort identifier)
    {
        lock (session.Received)
        {
            if (!session.Received.Contains(identifier))
            {
                return false;
            }
        }

        Send(new MqttPubRecPacket { PacketIdentifier = identifier });
        return true;
    }

    private string? TopicOf(string? topic, uint? alias)
    {
        if (alias is not { } number)
        {
            return topic;
        }

        if (number is 0 or > MostTopicAliases)
        {
            throw new ProtocolException(MqttDisconnectReasonCode.TopicAliasInvalid, $"A topic alias must be from 1 to {MostTopicAliases}.");
        }

        if (!string.IsNullOrEmpty(topic))
        {
            return _topics[number] = topic;
        }

        return _topics.TryGetValue(number, out var known)
            ? known
            : throw new ProtocolException(MqttDisconnectReasonCode.TopicAliasInvalid, "A topic alias is not known.");
    }

    private void Received(Session session, MqttPubRecPacket packet)
    {
        if (packet.ReasonCode >= MqttPubRecReasonCode.UnspecifiedError)
        {
            _router.Acknowledged(session, packet.PacketIdentifier);
            return;
        }

        var isKnown = _router.TryReceived(session, packet.PacketIdentifier);
        Send(new MqttPubRelPacket { PacketIdentifier = packet.PacketIdentifier, ReasonCode = isKnown ? MqttPubRelReasonCode.Success : MqttPubRelReasonCode.PacketIdentifierNotFound });
    }

    private void Release(Session session, MqttPubRelPacket packet)
    {
        bool isKnown;
        lock (session.Received)
        {
            isKnown = session.Received.Remove(packet.PacketIdentifier);
        }

        Send(new MqttPubCompPacket { PacketIdentifier = packet.PacketIdentifier, ReasonCode = isKnown ? MqttPubCompReasonCode.Success : MqttPubCompReasonCode.PacketIdentifierNotFound });
    }

    private void Subscribe(Session session, MqttSubscribePacket packet, in ReceivedMqttPacket frame)
    {
        if (packet.TopicFilters.Count == 0 || packet.PacketIdentifier == 0 || (IsMqtt5 && PacketProperties.Find(frame.Body.AsSpan(2), MqttPropertyId.SubscriptionIdentifier) == 0))
        {
            throw new ProtocolException(MqttDisconnectReasonCode.ProtocolError, "A SUBSCRIBE is invalid.");
        }

        Send(new MqttSubAckPacket { PacketIdentifier = packet.PacketIdentifier, ReasonCodes = _router.Subscribe(session, packet) });
    }

    private void Disconnect(in ReceivedMqttPacket frame)
    {
        _sendWill = false;
        if (!IsMqtt5 || frame.Body.Count == 0)
        {
            return;
        }

        var packet = (MqttDisconnectPacket)_packets.Decode(frame);
        _sendWill = packet.ReasonCode != MqttDisconnectReasonCode.NormalDisconnection;
        var expiry = PacketProperties.Find(frame.Body.AsSpan(1), MqttPropertyId.SessionExpiryInterval);
        if (expiry > 0 && _connectExpiry == 0)
        {
            _sendWill = true;
            throw new ProtocolException(MqttDisconnectReasonCode.ProtocolError, "A session that ends with its connection cannot outlive it (MQTT 5, section 3.14.2.2.2).");
        }

        _disconnectExpiry = expiry is { } seconds ? _rules.Limit(seconds) : null;
    }
}
