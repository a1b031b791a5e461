using MQTTnet.Protocol;
using TechTemp.Standalone.Broker.Connections;
using TechTemp.Standalone.Broker.Keeping;
using TechTemp.Standalone.Broker.Sessions;

namespace TechTemp.Standalone.Broker.Routing;

/// <summary>
/// The broker's state behind one lock: sessions, subscriptions and retained messages. Nothing here waits: a message is queued
/// for its receivers, whose connections send it.
/// </summary>
internal sealed partial class MessageRouter
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    private readonly SubscriptionTree _tree = new();
    private readonly BrokerChanges _changes = new();
    private readonly RetainedMessages _retained;
    private readonly SessionBudget _budget;
    private readonly BrokerOptions _options;
    private readonly BrokerTelemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly List<Subscription> _matches = [];
    private readonly Dictionary<Session, Delivery> _deliveries = [];
    private int _nextOfGroup;

    public MessageRouter(BrokerOptions options, BrokerTelemetry telemetry, TimeProvider time)
    {
        (_options, _telemetry, _time) = (options, telemetry, time);
        _retained = new(options, _changes);
        _budget = new(options);
        telemetry.Observe(this);
    }

    public int Sessions => _sessions.Count;

    public int RetainedCount => _retained.Count;

    public long RetainedBytes => _retained.Bytes;

    public long QueuedBytes => _budget.Used;

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Delivers a message to every session that has subscribed to its topic, and retains it when it says so.</summary>
    /// <returns>Whether anybody has subscribed to it.</returns>
    public bool Publish(BrokerMessage message)
    {
        lock (_lock)
        {
            return PublishLocked(message);
        }
    }

    /// <summary>Adds the subscriptions of a SUBSCRIBE, and queues the retained messages that they ask for.</summary>
    /// <returns>The reason code of each.</returns>
    public List<MqttSubscribeReasonCode> Subscribe(Session session, MQTTnet.Packets.MqttSubscribePacket packet)
    {
        lock (_lock)
        {
            return [.. packet.TopicFilters.Select(filter => SubscribeLocked(session, filter, packet.SubscriptionIdentifier, Now))];
        }
    }

    public List<MqttUnsubscribeReasonCode> Unsubscribe(Session session, List<string> filters)
    {
        lock (_lock)
        {
            return [.. filters.Select(filter =>
            {
                if (session.Remove(filter) is not { } former)
                {
                    return MqttUnsubscribeReasonCode.NoSubscriptionExisted;
                }

                _tree.Remove(former);
                return MqttUnsubscribeReasonCode.Success;
            })];
        }
    }

    /// <summary>The next messages for a connection; none when it is not its session's any more.</summary>
    public void Take(ClientConnection connection, Session session, List<OutgoingMessage> into, int most, int receiveMaximum)
    {
        lock (_lock)
        {
            if (session.Connection == connection)
            {
                session.Take(into, most, receiveMaximum, Now, out var expired);
                _telemetry.Dropped(DropReason.Expired, expired);
            }
        }
    }

    /// <summary>The receiver has a message for good.</summary>
    public void Acknowledged(Session session, ushort identifier)
    {
        lock (_lock)
        {
            session.Acknowledged(identifier);
        }
    }

    /// <summary>The receiver of a QoS 2 message has it, and is told with PUBREL to forget its identifier.</summary>
    public bool TryReceived(Session session, ushort identifier)
    {
        lock (_lock)
        {
            return session.TryReceived(identifier);
        }
    }

    private MqttSubscribeReasonCode SubscribeLocked(Session session, MQTTnet.Packets.MqttTopicFilter filter, uint identifier, long now)
    {
        if (!TopicNames.TryParse(filter.Topic, out var group, out var name))
        {
            return MqttSubscribeReasonCode.TopicFilterInvalid;
        }

        var subscription = new Subscription(
            session, filter.Topic, group, name, filter.QualityOfServiceLevel, filter.NoLocal, filter.RetainAsPublished, identifier);
        if (!session.TryAdd(subscription, out var former))
        {
            _telemetry.Dropped(DropReason.SessionFull);
            return MqttSubscribeReasonCode.QuotaExceeded;
        }

        if (former is not null)
        {
            _tree.Remove(former);
        }

        _tree.Add(subscription);
        // A shared subscription gets no retained messages (MQTT 5, section 4.8.2).
        if (group is null && (filter.RetainHandling == MqttRetainHandling.SendAtSubscribe
            || (filter.RetainHandling == MqttRetainHandling.SendAtSubscribeIfNewSubscriptionOnly && former is null)))
        {
            foreach (var message in _retained.Matching(name, now))
            {
                Enqueue(session, message, Lower(message.Qos, subscription.Qos), retain: true, identifier == 0 ? null : [identifier], isRetained: true);
            }
        }

        return (MqttSubscribeReasonCode)(int)filter.QualityOfServiceLevel;
    }

    private bool PublishLocked(BrokerMessage message)
    {
        if (message.Retain && !_retained.TrySet(message))
        {
            _telemetry.Dropped(DropReason.RetainedFull);
        }

        _matches.Clear();
        _tree.Match(message.Topic, _matches);
        if (_matches.Count == 0)
        {
            return false;
        }

        // A session gets a message once, whatever number of its subscriptions cover it (MQTT 5, section 3.3.4).
        foreach (var subscription in Receivers(_matches))
        {
            if (subscription.NoLocal && subscription.Session.ClientId == message.Publisher)
            {
                continue;
            }

            _deliveries.TryGetValue(subscription.Session, out var delivery);
            if (subscription.Identifier != 0)
            {
                (delivery.Identifiers ??= []).Add(subscription.Identifier);
            }

            delivery.Qos = delivery.Qos > subscription.Qos ? delivery.Qos : subscription.Qos;
            delivery.Retain |= subscription.RetainAsPublished && message.Retain;
            _deliveries[subscription.Session] = delivery;
        }

        foreach (var (session, delivery) in _deliveries)
        {
            Enqueue(session, message, Lower(message.Qos, delivery.Qos), delivery.Retain, delivery.Identifiers);
        }

        _deliveries.Clear();
        return true;
    }

    // Of each group of shared subscriptions one gets the message, in turn, if possible one that is connected.
    private IEnumerable<Subscription> Receivers(List<Subscription> matches)
    {
        if (matches.TrueForAll(s => s.Group is null))
        {
            return matches;
        }

        return matches.Where(s => s.Group is null).Concat(matches.Where(s => s.Group is not null).GroupBy(s => s.Text).Select(group =>
        {
            var members = group.Where(s => s.Session.Connection is not null).ToList();
            members = members.Count > 0 ? members : [.. group];
            return members[(_nextOfGroup++ & int.MaxValue) % members.Count];
        }));
    }

    private void Enqueue(Session session, BrokerMessage message, MqttQualityOfServiceLevel qos, bool retain, List<uint>? identifiers, bool isRetained = false)
    {
        if (!session.TryEnqueue(message, qos, retain, identifiers, isRetained))
        {
            _telemetry.Dropped(DropReason.SessionFull);
        }
    }

    private static MqttQualityOfServiceLevel Lower(MqttQualityOfServiceLevel one, MqttQualityOfServiceLevel other) => one < other ? one : other;

    private record struct Delivery(MqttQualityOfServiceLevel Qos, bool Retain, List<uint>? Identifiers);
}
