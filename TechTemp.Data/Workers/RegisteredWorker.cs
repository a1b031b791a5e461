namespace TechTemp.Data.Workers;

/// <summary>A registered worker, as the others see it.</summary>
/// <param name="Worker">Its name.</param>
/// <param name="SeenAt">When it was last connected to the broker, by the store's clock.</param>
/// <param name="Silent">How long ago that was.</param>
/// <param name="IsRetired">Whether it is to leave.</param>
/// <param name="Homes">The homes that it is configured for; null when homes are assigned to it.</param>
public sealed record RegisteredWorker(string Worker, DateTimeOffset SeenAt, TimeSpan Silent, bool IsRetired, IReadOnlyList<string>? Homes)
{
    /// <summary>How long a worker may be silent before it counts as missing: a restart takes less.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether it is missing: its share waits at the broker.</summary>
    public bool IsMissing => Silent > Patience;
}
