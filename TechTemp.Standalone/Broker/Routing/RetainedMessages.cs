using TechTemp.Standalone.Broker.Keeping;

namespace TechTemp.Standalone.Broker.Routing;

/// <summary>
/// The retained message of each topic, bounded in bytes: in all, and for each client of those that it has published. The states of this
/// process are bounded by the devices in the store and count for neither. Not safe for threads.
/// </summary>
internal sealed class RetainedMessages(BrokerOptions options, BrokerChanges changes)
{
    private readonly Dictionary<string, BrokerMessage> _byTopic = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _bytesByClient = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, long> _expiring = new();

    public int Count => _byTopic.Count;

    /// <summary>The bytes of clients' messages.</summary>
    public long Bytes { get; private set; }

    public BrokerMessage? Find(string topic) => _byTopic.GetValueOrDefault(topic);

    /// <summary>Retains a message, or clears its topic when it is empty.</summary>
    /// <param name="message">The message.</param>
    /// <param name="isKept">Whether it comes from the store, where it was within the limits.</param>
    /// <returns>False when there is no room: the topic keeps what it has.</returns>
    public bool TrySet(BrokerMessage message, bool isKept = false)
    {
        var former = _byTopic.GetValueOrDefault(message.Topic);
        if (message.Payload.IsEmpty)
        {
            Remove(message.Topic);
            return true;
        }

        if (message.Publisher is { } client && !isKept)
        {
            var size = message.Size;
            var freed = former?.Publisher is null ? 0 : former.Size;
            var freedOfClient = former?.Publisher == client ? freed : 0;
            if (Bytes + size - freed > options.RetainedBytes || _bytesByClient.GetValueOrDefault(client) + size - freedOfClient > options.RetainedBytesPerClient)
            {
                return false;
            }
        }

        Account(former, -1);
        Account(message, 1);
        _byTopic[message.Topic] = message;
        if (message.ExpiresAt is { } end)
        {
            _expiring.Enqueue(message.Topic, end);
        }

        if (isKept)
        {
            changes.RestoredTopic(message.Topic);
        }
        else
        {
            changes.Retained(message.Topic, isKept: message.Publisher is not null);
        }

        return true;
    }

    /// <summary>Every retained message that a filter covers and that has not expired.</summary>
    public IEnumerable<BrokerMessage> Matching(string filter, long now)
    {
        if (filter.AsSpan().IndexOfAny('+', '#') < 0)
        {
            return Find(filter) is { } message && !message.IsExpired(now) ? [message] : [];
        }

        return _byTopic.Values.Where(m => !m.IsExpired(now) && TopicNames.Matches(filter, m.Topic));
    }

    /// <summary>Clears the topics whose messages have expired.</summary>
    public void Expire(long now)
    {
        while (_expiring.TryPeek(out var topic, out var end) && end <= now)
        {
            _expiring.Dequeue();
            if (Find(topic)?.IsExpired(now) == true)
            {
                Remove(topic);
            }
        }

        // Messages that were replaced before they expired leave their entries behind.
        if (_expiring.Count > 1000 + (2 * _byTopic.Count))
        {
            _expiring.Clear();
            _expiring.EnqueueRange(_byTopic.Values.Where(m => m.ExpiresAt is not null).Select(m => (m.Topic, m.ExpiresAt!.Value)));
        }
    }

    private void Remove(string topic)
    {
        if (_byTopic.Remove(topic, out var former))
        {
            Account(former, -1);
            changes.Retained(topic, isKept: false);
        }
    }

    private void Account(BrokerMessage? message, int sign)
    {
        if (message?.Publisher is not { } client)
        {
            return;
        }

        Bytes += sign * message.Size;
        var left = _bytesByClient.GetValueOrDefault(client) + (sign * message.Size);
        if (left > 0)
        {
            _bytesByClient[client] = left;
        }
        else
        {
            _bytesByClient.Remove(client);
        }
    }
}
