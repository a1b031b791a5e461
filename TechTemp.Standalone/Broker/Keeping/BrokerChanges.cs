using TechTemp.Data.Broker;
using TechTemp.Standalone.Broker.Sessions;

namespace TechTemp.Standalone.Broker.Keeping;

/// <summary>
/// What the store does not have yet: topics and sessions by name, whose state of then is read when they are saved. Bounded by
/// what the broker and the store hold. Not safe for threads.
/// </summary>
internal sealed class BrokerChanges
{
    // What the store has, or is about to have.
    private readonly HashSet<string> _keptTopics = new(StringComparer.Ordinal);
    private readonly HashSet<string> _keptSessions = new(StringComparer.Ordinal);

    /// <summary>Topics whose retained message has changed.</summary>
    public HashSet<string> Topics { get; } = new(StringComparer.Ordinal);

    /// <summary>Sessions that have changed, by client id.</summary>
    public HashSet<string> Sessions { get; } = new(StringComparer.Ordinal);

    /// <summary>Messages in the store that their session no longer has.</summary>
    public List<(string ClientId, long Position)> DoneMessages { get; } = [];

    /// <summary>A topic has a message from the store.</summary>
    public void RestoredTopic(string topic) => _keptTopics.Add(topic);

    /// <summary>A session comes from the store.</summary>
    public void Restored(string clientId) => _keptSessions.Add(clientId);

    /// <summary>A topic's retained message was set or cleared.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="isKept">Whether the message outlives this process: states do not, they are published again after a start.</param>
    public void Retained(string topic, bool isKept)
    {
        if (isKept || _keptTopics.Contains(topic))
        {
            Topics.Add(topic);
        }
        else
        {
            Topics.Remove(topic);
        }
    }

    /// <summary>A session has changed, or ended.</summary>
    public void Session(Session session, bool hasEnded = false)
    {
        if ((session.IsKept && !hasEnded) || _keptSessions.Contains(session.ClientId))
        {
            Sessions.Add(session.ClientId);
        }
        else
        {
            Sessions.Remove(session.ClientId);
        }
    }

    /// <summary>A message that the store has is done with.</summary>
    public void Done(Session session, long position) => DoneMessages.Add((session.ClientId, position));

    /// <summary>What has changed until now is being saved.</summary>
    public void Begin(KeptBrokerChanges taken)
    {
        _keptTopics.UnionWith(taken.Retained.Select(r => r.Topic));
        _keptTopics.ExceptWith(taken.ClearedTopics);
        _keptSessions.UnionWith(taken.Sessions.Select(s => s.ClientId));
        _keptSessions.ExceptWith(taken.EndedSessions);
        Topics.Clear();
        Sessions.Clear();
        DoneMessages.Clear();
    }

    /// <summary>It was not saved: the store may have any of it, from before, or not.</summary>
    public void PutBack(KeptBrokerChanges taken)
    {
        _keptTopics.UnionWith(taken.ClearedTopics);
        _keptSessions.UnionWith(taken.EndedSessions);
        Topics.UnionWith(taken.Retained.Select(r => r.Topic));
        Topics.UnionWith(taken.ClearedTopics);
        Sessions.UnionWith(taken.Sessions.Select(s => s.ClientId));
        Sessions.UnionWith(taken.EndedSessions);
        DoneMessages.AddRange(taken.DoneMessages);
    }
}
