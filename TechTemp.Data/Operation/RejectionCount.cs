using TechTemp.Readings.Rules;

namespace TechTemp.Data.Operation;

/// <summary>How many messages were refused for one reason.</summary>
/// <param name="Reason">One of <see cref="RejectionReasons"/>.</param>
/// <param name="Count">How many are kept.</param>
/// <param name="NewestAt">When the newest one was received, unix milliseconds UTC.</param>
public sealed record RejectionCount(string Reason, long Count, long NewestAt);
