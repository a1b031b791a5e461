using MQTTnet.Packets;
using MQTTnet.Protocol;
using TechTemp.Standalone.Broker.Connections;
using TechTemp.Standalone.Broker.Sessions;

namespace TechTemp.Standalone.Broker.Routing;

/// <summary>The life of sessions: clients come, go, and are taken over.</summary>
internal sealed partial class MessageRouter
{
    /// <summary>Gives a client its session, in the place of an older connection (MQTT 5, section 3.1.4).</summary>
    /// <param name="connection">The client's connection.</param>
    /// <param name="packet">Its CONNECT, valid, with a client id.</param>
    /// <param name="expirySeconds">How long the session outlives the connection; <see cref="uint.MaxValue"/> for ever.</param>
    /// <param name="isPresent">Whether it is a session from before.</param>
    /// <param name="session">The session; null when refused.</param>
    /// <returns>Why it is refused, or success.</returns>
    public MqttConnectReasonCode Connect(ClientConnection connection, MqttConnectPacket packet, uint expirySeconds, out bool isPresent, out Session? session)
    {
        lock (_lock)
        {
            isPresent = false;
            if (_sessions.TryGetValue(packet.ClientId, out session))
            {
                // Whoever has the id has the session and its messages: only the same user may take it.
                if (session.UserName != packet.Username)
                {
                    session = null;
                    return MqttConnectReasonCode.NotAuthorized;
                }

                if (session.Connection is { } former)
                {
                    former.Close(MqttDisconnectReasonCode.SessionTakenOver);
                    DisconnectLocked(former, session, sendWill: true, expirySeconds: null);
                }

                if (packet.CleanSession)
                {
                    End(session);
                }
            }

            isPresent = _sessions.TryGetValue(packet.ClientId, out session);
            if (!isPresent)
            {
                if (_sessions.Count >= _options.MaxSessions)
                {
                    _telemetry.Dropped(DropReason.TooManySessions);
                    session = null;
                    return MqttConnectReasonCode.QuotaExceeded;
                }

                _sessions.Add(packet.ClientId, session = new(packet.ClientId, packet.Username, _budget, _changes));
            }

            (session!.Connection, session.ExpirySeconds, session.ExpiresAt, session.Will) = (connection, expirySeconds, null, null);
            _changes.Session(session);
            return MqttConnectReasonCode.Success;
        }
    }

    /// <summary>A connection has gone. Nothing happens when its session has another one by now.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="session">Its session.</param>
    /// <param name="sendWill">Whether the will is published: the client has not said goodbye.</param>
    /// <param name="expirySeconds">The expiry that the client has given with DISCONNECT; null for that of CONNECT.</param>
    public void Disconnect(ClientConnection connection, Session session, bool sendWill, uint? expirySeconds)
    {
        lock (_lock)
        {
            if (session.Connection == connection)
            {
                DisconnectLocked(connection, session, sendWill, expirySeconds);
            }
        }
    }

    /// <summary>Ends the sessions, publishes the wills and drops the messages whose time has come.</summary>
    public void Expire()
    {
        lock (_lock)
        {
            var now = Now;
            foreach (var session in _sessions.Values.Where(s => s.Connection is null).ToList())
            {
                if (session.ExpiresAt <= now)
                {
                    End(session);
                }
                else if (session.Will?.DueAt <= now)
                {
                    PublishWill(session);
                }
            }

            _retained.Expire(now);
        }
    }

    /// <summary>Publishes the wills that still wait: this process ends, and nobody will come back to it.</summary>
    public void PublishWills()
    {
        lock (_lock)
        {
            foreach (var session in _sessions.Values)
            {
                PublishWill(session);
            }
        }
    }

    private void DisconnectLocked(ClientConnection connection, Session session, bool sendWill, uint? expirySeconds)
    {
        var now = Now;
        session.Disconnected();
        session.ExpirySeconds = expirySeconds ?? session.ExpirySeconds;
        session.ExpiresAt = session.ExpirySeconds == uint.MaxValue ? null : now + (session.ExpirySeconds * 1000L);
        if (sendWill && connection.Connect.WillFlag)
        {
            var dueAt = now + (connection.Connect.WillDelayInterval * 1000L);
            session.Will = (BrokerMessage.Will(connection.Connect, dueAt), dueAt);
        }

        if (session.ExpirySeconds == 0)
        {
            End(session);
            return;
        }

        _changes.Session(session);
        if (session.Will?.DueAt <= now)
        {
            PublishWill(session);
        }
    }

    private void End(Session session)
    {
        foreach (var subscription in session.Subscriptions.Values)
        {
            _tree.Remove(subscription);
        }

        session.End();
        _sessions.Remove(session.ClientId);
        _changes.Session(session, hasEnded: true);
        // The end of the session ends the delay of its will (MQTT-3.1.3-9).
        PublishWill(session);
    }

    private void PublishWill(Session session)
    {
        if (session.Will is { } will)
        {
            session.Will = null;
            WillDue?.Invoke(will.Message);
        }
    }

    /// <summary>A will's time has come. Called behind the lock: it must not wait.</summary>
    public event Action<BrokerMessage>? WillDue;
}
