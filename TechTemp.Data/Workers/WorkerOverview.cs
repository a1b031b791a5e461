namespace TechTemp.Data.Workers;

/// <summary>A registered worker, as people see it.</summary>
/// <param name="Worker">Its name.</param>
/// <param name="Machine">Where its process runs; null when none does.</param>
/// <param name="Since">Since when, by the clock there.</param>
/// <param name="SeenAt">When it was last connected to the broker, by the store's clock.</param>
/// <param name="IsAlive">Whether that was a moment ago.</param>
/// <param name="IsRetired">Whether it is to leave.</param>
/// <param name="IsFirst">Whether it divides the homes, and takes those that no other worker has.</param>
/// <param name="Homes">How many homes it has.</param>
public sealed record WorkerOverview(string Worker, string? Machine, DateTimeOffset? Since, DateTimeOffset SeenAt, bool IsAlive, bool IsRetired, bool IsFirst, int Homes);
