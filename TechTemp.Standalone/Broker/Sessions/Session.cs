using MQTTnet.Packets;
using MQTTnet.Protocol;
using TechTemp.Standalone.Broker.Connections;
using TechTemp.Standalone.Broker.Keeping;
using TechTemp.Standalone.Broker.Routing;

namespace TechTemp.Standalone.Broker.Sessions;

/// <summary>
/// What the broker knows of a client, connected or away (MQTT 5, section 4.1): its subscriptions, the messages that it has not
/// acknowledged, and those that wait. A session belongs to a user name. Not safe for threads.
/// </summary>
internal sealed class Session(string clientId, string? userName, SessionBudget budget, BrokerChanges changes)
{
    /// <summary>The most messages of QoS 1 and 2 in flight, where the client does not ask for fewer.</summary>
    public const int MostInFlight = 1_000;

    private readonly Queue<OutgoingMessage> _waiting = new();
    // By their order, and by their packet identifiers.
    private readonly LinkedList<OutgoingMessage> _inFlight = new();
    private readonly Dictionary<ushort, LinkedListNode<OutgoingMessage>> _byIdentifier = [];
    private ushort _lastIdentifier;
    private long _lastPosition;
    private long _bytes;
    private int _toRepeat;

    public string ClientId => clientId;

    public string? UserName => userName;

    public Dictionary<string, Subscription> Subscriptions { get; } = new(StringComparer.Ordinal);

    /// <summary>The packet identifiers of QoS 2 messages of the client that it has not released.</summary>
    public HashSet<ushort> Received { get; } = [];

    /// <summary>How long it outlives its connection, in seconds; <see cref="uint.MaxValue"/> for ever.</summary>
    public uint ExpirySeconds { get; set; }

    /// <summary>When it ends if the client stays away, unix milliseconds; null while it is connected.</summary>
    public long? ExpiresAt { get; set; }

    /// <summary>The client's connection; null while it is away.</summary>
    public ClientConnection? Connection { get; set; }

    /// <summary>A will that is published when its time comes, or with the end of the session.</summary>
    public (BrokerMessage Message, long DueAt)? Will { get; set; }

    public bool IsKept => ExpirySeconds > 0;

    /// <summary>The messages that the store may have or should have: QoS 1 and 2, in order.</summary>
    public IEnumerable<OutgoingMessage> Unacknowledged => _inFlight.Concat(_waiting.Where(m => m.Qos != MqttQualityOfServiceLevel.AtMostOnce));

    /// <summary>Adds a subscription, in the place of one with the same filter.</summary>
    /// <returns>False when there is no room for it.</returns>
    public bool TryAdd(Subscription subscription, out Subscription? former)
    {
        Subscriptions.TryGetValue(subscription.Text, out former);
        if (former is null && !TryCharge(subscription.Size))
        {
            return false;
        }

        Subscriptions[subscription.Text] = subscription;
        changes.Session(this);
        return true;
    }

    public Subscription? Remove(string filter)
    {
        if (Subscriptions.Remove(filter, out var former))
        {
            Release(former.Size);
            changes.Session(this);
        }

        return former;
    }

    /// <summary>Queues a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="qos">At which it is sent.</param>
    /// <param name="retain">Whether it is sent with the retain flag.</param>
    /// <param name="identifiers">The identifiers of the subscriptions that it is for; null for none.</param>
    /// <param name="isRetained">Whether it is sent for a new subscription: there is room for all retained messages at a time.</param>
    /// <returns>False when there is no room for it.</returns>
    public bool TryEnqueue(BrokerMessage message, MqttQualityOfServiceLevel qos, bool retain, List<uint>? identifiers, bool isRetained)
    {
        // QoS 0 is for clients that are there (MQTT 5, section 4.1).
        if (qos == MqttQualityOfServiceLevel.AtMostOnce && Connection is null)
        {
            return true;
        }

        var outgoing = new OutgoingMessage(message, qos, retain, identifiers, ++_lastPosition);
        if (!TryCharge(outgoing.Size, isRetained))
        {
            return false;
        }

        _waiting.Enqueue(outgoing);
        Connection?.Wake();
        if (qos != MqttQualityOfServiceLevel.AtMostOnce)
        {
            changes.Session(this);
        }

        return true;
    }

    /// <summary>Puts back a message that the store has kept.</summary>
    public void Restore(BrokerMessage message, MqttQualityOfServiceLevel qos, bool retain, long position)
    {
        var outgoing = new OutgoingMessage(message, qos, retain, null, position) { IsKept = true };
        _lastPosition = Math.Max(_lastPosition, position);
        Charge(outgoing.Size);
        _waiting.Enqueue(outgoing);
    }

    /// <summary>The store does not have a message after all.</summary>
    public void NotKept(long position)
    {
        if (Unacknowledged.FirstOrDefault(m => m.Position == position) is { } message)
        {
            message.IsKept = false;
        }
    }

    /// <summary>The next messages to send, at most <paramref name="most"/> and no more than the client receives at a time.</summary>
    public void Take(List<OutgoingMessage> into, int most, int receiveMaximum, long now, out int expired)
    {
        expired = 0;
        for (var node = _inFlight.First; node is not null && into.Count < most && _toRepeat > 0 && _inFlight.Count - _toRepeat < receiveMaximum; node = node.Next)
        {
            if (!node.Value.IsSent)
            {
                node.Value.IsSent = true;
                _toRepeat--;
                into.Add(node.Value);
            }
        }

        while (into.Count < most && _toRepeat == 0 && _waiting.TryPeek(out var next))
        {
            var isExpired = next.Message.IsExpired(now);
            if (!isExpired && next.Qos != MqttQualityOfServiceLevel.AtMostOnce && _inFlight.Count >= Math.Min(receiveMaximum, MostInFlight))
            {
                return;
            }

            _waiting.Dequeue();
            if (isExpired)
            {
                expired++;
                Done(next);
            }
            else if (next.Qos == MqttQualityOfServiceLevel.AtMostOnce)
            {
                Done(next);
                into.Add(next);
            }
            else
            {
                next.PacketIdentifier = NextIdentifier();
                next.IsSent = true;
                _byIdentifier.Add(next.PacketIdentifier, _inFlight.AddLast(next));
                into.Add(next);
            }
        }
    }

    /// <summary>The client has a QoS 2 message: the next packet is its PUBREL.</summary>
    /// <returns>False when no such message is in flight.</returns>
    public bool TryReceived(ushort identifier)
    {
        if (!_byIdentifier.TryGetValue(identifier, out var node) || node.Value.Qos != MqttQualityOfServiceLevel.ExactlyOnce)
        {
            return false;
        }

        node.Value.IsReceived = true;
        return true;
    }

    /// <summary>The client has acknowledged a message for good: with PUBACK or PUBCOMP, or with a reason why it does not take it.</summary>
    public void Acknowledged(ushort identifier)
    {
        if (_byIdentifier.Remove(identifier, out var node))
        {
            _inFlight.Remove(node);
            _toRepeat -= node.Value.IsSent ? 0 : 1;
            Done(node.Value);
            Connection?.Wake();
        }
    }

    /// <summary>The connection has gone: what is in flight is sent again on the next one, and QoS 0 is dropped.</summary>
    public void Disconnected()
    {
        Connection = null;
        foreach (var message in _inFlight)
        {
            (message.IsSent, message.IsRepeated) = (false, true);
        }

        _toRepeat = _inFlight.Count;
        for (var left = _waiting.Count; left > 0; left--)
        {
            var message = _waiting.Dequeue();
            if (message.Qos == MqttQualityOfServiceLevel.AtMostOnce)
            {
                Done(message);
            }
            else
            {
                _waiting.Enqueue(message);
            }
        }
    }

    /// <summary>Gives back all memory that the session has taken.</summary>
    public void End()
    {
        Release(_bytes);
        _waiting.Clear();
        _inFlight.Clear();
        _byIdentifier.Clear();
        Subscriptions.Clear();
    }

    /// <summary>The packets with which a MQTT 5 client would make its subscriptions: each has one identifier.</summary>
    public IEnumerable<MqttSubscribePacket> ToPackets() => Subscriptions.Values.Select(s => new MqttSubscribePacket
    {
        PacketIdentifier = 1,
        SubscriptionIdentifier = s.Identifier,
        TopicFilters = [new() { Topic = s.Text, QualityOfServiceLevel = s.Qos, NoLocal = s.NoLocal, RetainAsPublished = s.RetainAsPublished, RetainHandling = MqttRetainHandling.DoNotSendOnSubscribe }],
    });

    private void Done(OutgoingMessage message)
    {
        Release(message.Size);
        if (message.IsKept)
        {
            changes.Done(this, message.Position);
        }
    }

    private ushort NextIdentifier()
    {
        do
        {
            _lastIdentifier = _lastIdentifier == ushort.MaxValue ? (ushort)1 : (ushort)(_lastIdentifier + 1);
        }
        while (_byIdentifier.ContainsKey(_lastIdentifier));

        return _lastIdentifier;
    }

    private bool TryCharge(int bytes, bool isRetained = false)
    {
        if (!budget.Has(_bytes, bytes, isRetained))
        {
            return false;
        }

        Charge(bytes);
        return true;
    }

    private void Charge(long bytes)
    {
        _bytes += bytes;
        budget.Take(bytes);
    }

    private void Release(long bytes)
    {
        _bytes -= bytes;
        budget.Return(bytes);
    }
}
