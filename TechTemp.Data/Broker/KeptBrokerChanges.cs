namespace TechTemp.Data.Broker;

/// <summary>Changes to what is kept of an embedded broker. They are applied in the order of the properties.</summary>
public sealed class KeptBrokerChanges
{
    /// <summary>Client ids of sessions that have ended: the session goes with its messages.</summary>
    public List<string> EndedSessions { get; } = [];

    /// <summary>Topics that have no retained message any more.</summary>
    public List<string> ClearedTopics { get; } = [];

    /// <summary>Sessions that are new or changed: each replaces the one of its client id.</summary>
    public List<KeptSession> Sessions { get; } = [];

    /// <summary>Retained messages that are new or changed: each replaces the one of its topic.</summary>
    public List<KeptRetained> Retained { get; } = [];

    /// <summary>Messages that are new in a session: each replaces the one of its position.</summary>
    public List<KeptMessage> Messages { get; } = [];

    /// <summary>Messages that wait no longer: acknowledged, expired or dropped.</summary>
    public List<(string ClientId, long Position)> DoneMessages { get; } = [];

    /// <summary>Whether there is nothing to save.</summary>
    public bool IsEmpty =>
        EndedSessions.Count + ClearedTopics.Count + Sessions.Count + Retained.Count + Messages.Count + DoneMessages.Count == 0;
}
