namespace TechTemp.Data.Broker;

/// <summary>What is kept of an embedded broker.</summary>
/// <param name="Retained">The retained messages, by topic.</param>
/// <param name="Sessions">The persistent sessions, by client id.</param>
/// <param name="Messages">What waits in these sessions, by client id and position.</param>
/// <param name="Dropped">How many rows were deleted because there were more bytes than may be loaded. Expired rows do not count.</param>
public sealed record KeptBroker(IReadOnlyList<KeptRetained> Retained, IReadOnlyList<KeptSession> Sessions, IReadOnlyList<KeptMessage> Messages, int Dropped);
