namespace TechTemp.Data.Workers;

/// <summary>A home of a worker.</summary>
/// <param name="Home">The home.</param>
/// <param name="Worker">The worker.</param>
/// <param name="Standing">See <see cref="IngestHome.Standing"/>.</param>
/// <param name="Change">See <see cref="IngestHome.Change"/>.</param>
/// <param name="IsReleased">See <see cref="IngestHome.IsReleased"/>.</param>
public sealed record AssignedHome(string Home, string Worker, long Standing, long Change, bool IsReleased);
