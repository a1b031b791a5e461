namespace TechTemp.Data.Rejections;

/// <summary>Which of the refused messages; null means all.</summary>
/// <param name="Reason">Of this reason.</param>
/// <param name="DeviceUid">Of this device.</param>
/// <param name="Home">Of this home.</param>
/// <param name="From">Received at this time or later, unix milliseconds UTC.</param>
/// <param name="To">Received at this time or earlier, unix milliseconds UTC.</param>
public sealed record RejectedFilter(string? Reason = null, string? DeviceUid = null, string? Home = null, long? From = null, long? To = null)
{
    /// <summary>Only these.</summary>
    internal IReadOnlyList<long>? Ids { get; init; }
}
