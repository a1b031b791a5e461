namespace TechTemp.Data.Work;

/// <summary>Work in steps that a process has claimed: it does the steps until it is finished or another process has the claim.</summary>
/// <param name="DeviceId">The store's key of the device.</param>
/// <param name="Kind">What is done.</param>
/// <param name="From">First time, unix milliseconds UTC, of a removal.</param>
/// <param name="To">Last time, inclusive.</param>
/// <param name="Owner">The claim's own mark.</param>
internal sealed record WorkClaim(int DeviceId, WorkKind Kind, long From, long To, string Owner);

/// <summary>Another process has taken the work over: it was not seen for a while. Nothing of the step in work may be committed.</summary>
internal sealed class WorkTakenOverException() : Exception("Another process has taken the work over.");
