namespace TechTemp.Data.Operation;

/// <summary>What a store holds and how large it is, at one moment.</summary>
/// <param name="RecentReadings">Readings measured within the time asked for, readings from the future not among them.</param>
/// <param name="Rejections">Refused messages that are kept, by reason, most first.</param>
/// <param name="Held">Refused messages that wait for their device to be provisioned.</param>
/// <param name="HeldDropped">Held messages that were dropped, beyond the quota of their device or for their age, as far as that is remembered.</param>
/// <param name="Missing">Readings that counting devices have not delivered yet although they have delivered later ones; 2^53 at most.</param>
/// <param name="Size">How large it is.</param>
public sealed record StoreFigures(long RecentReadings, IReadOnlyList<RejectionCount> Rejections, long Held, long HeldDropped, long Missing, StoreSize Size);
