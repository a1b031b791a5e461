using MQTTnet.Packets;
using MQTTnet.Protocol;
using TechTemp.Data.Broker;
using TechTemp.Standalone.Broker.Keeping;
using TechTemp.Standalone.Broker.Sessions;

namespace TechTemp.Standalone.Broker.Routing;

/// <summary>What outlives this process: retained messages of clients, sessions, and their messages of QoS 1 and 2.</summary>
internal sealed partial class MessageRouter
{
    private readonly KeptPackets _packets = new();

    /// <summary>Puts back what the store has kept, before any client comes.</summary>
    public void Restore(KeptBroker kept)
    {
        lock (_lock)
        {
            foreach (var retained in kept.Retained)
            {
                if (_packets.Decode(retained.Publish).OfType<MqttPublishPacket>().FirstOrDefault() is { } packet && TopicNames.IsValidName(packet.Topic))
                {
                    _retained.TrySet(BrokerMessage.From(packet, publisher: "", retained.ExpiresAt), isKept: true);
                }
            }

            foreach (var session in kept.Sessions)
            {
                Restore(session);
            }

            foreach (var message in kept.Messages)
            {
                if (_sessions.TryGetValue(message.ClientId, out var session) && _packets.Decode(message.Publish).OfType<MqttPublishPacket>().FirstOrDefault() is { } packet)
                {
                    session.Restore(BrokerMessage.From(packet, publisher: "", message.ExpiresAt), packet.QualityOfServiceLevel, packet.Retain, message.Position);
                }
            }
        }
    }

    /// <summary>What has changed since the last call, for the store.</summary>
    public KeptBrokerChanges TakeChanges()
    {
        var taken = new KeptBrokerChanges();
        lock (_lock)
        {
            var now = Now;
            foreach (var topic in _changes.Topics)
            {
                if (_retained.Find(topic) is { Publisher: not null } message)
                {
                    taken.Retained.Add(new(topic, Encode(message, message.Qos, retain: true, now), message.ExpiresAt));
                }
                else
                {
                    taken.ClearedTopics.Add(topic);
                }
            }

            foreach (var clientId in _changes.Sessions)
            {
                if (_sessions.TryGetValue(clientId, out var session) && session.IsKept)
                {
                    Take(session, taken, now);
                }
                else
                {
                    taken.EndedSessions.Add(clientId);
                }
            }

            taken.DoneMessages.AddRange(_changes.DoneMessages);
            _changes.Begin(taken);
        }

        return taken;
    }

    /// <summary>The store has failed: what was taken changes again, with what has changed since.</summary>
    public void PutBack(KeptBrokerChanges taken)
    {
        lock (_lock)
        {
            _changes.PutBack(taken);
            foreach (var message in taken.Messages)
            {
                _sessions.GetValueOrDefault(message.ClientId)?.NotKept(message.Position);
            }
        }
    }

    private void Restore(KeptSession kept)
    {
        // One that was connected when the former process ended has no end: its client has been away since about now.
        var session = new Session(kept.ClientId, kept.UserName, _budget, _changes)
        {
            ExpirySeconds = (uint)_options.SessionExpiry.TotalSeconds,
            ExpiresAt = kept.ExpiresAt ?? Now + (long)_options.SessionExpiry.TotalMilliseconds,
        };
        _changes.Restored(kept.ClientId);
        _sessions[kept.ClientId] = session;
        foreach (var packet in _packets.Decode(kept.Subscriptions).OfType<MqttSubscribePacket>())
        {
            foreach (var filter in packet.TopicFilters)
            {
                SubscribeLocked(session, filter, packet.SubscriptionIdentifier, Now);
            }
        }
    }

    private void Take(Session session, KeptBrokerChanges taken, long now)
    {
        taken.Sessions.Add(new(session.ClientId, session.UserName, _packets.Encode(session.ToPackets()), session.ExpiresAt));
        foreach (var message in session.Unacknowledged.Where(m => !m.IsKept))
        {
            message.IsKept = true;
            taken.Messages.Add(new(session.ClientId, message.Position, Encode(message.Message, message.Qos, message.Retain, now), message.Message.ExpiresAt));
        }
    }

    private byte[] Encode(BrokerMessage message, MqttQualityOfServiceLevel qos, bool retain, long now)
    {
        var packet = message.ToPacket(qos, retain, now);
        packet.PacketIdentifier = (ushort)(qos == MqttQualityOfServiceLevel.AtMostOnce ? 0 : 1);
        return _packets.Encode(packet);
    }
}
