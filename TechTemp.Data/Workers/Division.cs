namespace TechTemp.Data.Workers;

/// <summary>How the workers divide the homes, at one moment.</summary>
/// <param name="First">The first worker; null when there is none.</param>
/// <param name="Connection">The number of its connection to the broker.</param>
/// <param name="Workers">The registered workers, in the order of their registration.</param>
/// <param name="Homes">The homes of each, in the order of their ids.</param>
public sealed record Division(string? First, long Connection, IReadOnlyList<RegisteredWorker> Workers, IReadOnlyList<AssignedHome> Homes)
{
    /// <summary>The worker that is to take the place of the first one: null when that one stays.</summary>
    public string? NextFirst =>
        First is not null && Workers.Any(w => w.Worker == First && !w.IsRetired) ? null
        : Workers.FirstOrDefault(w => !w.IsRetired && !w.IsMissing)?.Worker;
}
