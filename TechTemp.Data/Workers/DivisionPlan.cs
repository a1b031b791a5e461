namespace TechTemp.Data.Workers;

/// <summary>What the first worker changes about the division: the homes that it assigns, and those that their owners may give up.</summary>
/// <param name="Assign">Homes and the workers that get them.</param>
/// <param name="Release">Homes and the workers that give them up.</param>
public sealed record DivisionPlan(IReadOnlyList<(string Home, string Worker)> Assign, IReadOnlyList<(string Home, string Worker)> Release)
{
    /// <summary>
    /// Divides the homes by their number. A home stays where it is unless its worker is retired, another worker is configured for it, or its worker has more than its part.
    /// A worker that is configured for homes gets no others. A missing worker keeps its homes: readings of them wait in its session.
    /// </summary>
    /// <param name="division">The division as it is.</param>
    /// <param name="known">The homes of the devices.</param>
    /// <param name="takesOthers">
    /// Whether the first worker receives every home: an owner may then give up a home at once. Otherwise it keeps it until the next owner receives it.
    /// </param>
    public static DivisionPlan Of(Division division, IEnumerable<string> known, bool takesOthers)
    {
        var workers = division.Workers.Where(w => !w.IsRetired).ToList();
        var owners = OwnersOf(division, workers, known);
        // Where an assignment that is being given up stands in the way of a new one to the same worker, that comes later.
        var present = division.Homes.Select(h => (h.Home, h.Worker)).ToHashSet();
        List<(string, string)> assign = [.. owners.Where(o => !present.Contains((o.Key, o.Value))).Select(o => (o.Key, o.Value))];
        var received = division.Homes.Where(h => !h.IsReleased && h.Standing == division.Connection).Select(h => (h.Home, h.Worker)).ToHashSet();
        List<(string, string)> release =
        [
            .. division.Homes
                .Where(h => !h.IsReleased && owners.GetValueOrDefault(h.Home) != h.Worker)
                .Where(h => takesOthers || !owners.TryGetValue(h.Home, out var owner) || received.Contains((h.Home, owner)))
                .Select(h => (h.Home, h.Worker)),
        ];
        return new(assign, release);
    }

    private static SortedDictionary<string, string> OwnersOf(Division division, List<RegisteredWorker> workers, IEnumerable<string> known)
    {
        var owners = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var worker in workers)
        {
            foreach (var home in worker.Homes ?? [])
            {
                owners.TryAdd(home, worker.Worker);
            }
        }

        var shares = workers.Where(w => w.Homes is null).ToDictionary(w => w.Worker, _ => new List<string>());
        if (shares.Count == 0)
        {
            return owners;
        }

        var homes = known.Concat(division.Homes.Select(h => h.Home)).Where(h => !owners.ContainsKey(h)).Distinct().Order(StringComparer.Ordinal).ToList();
        var most = (homes.Count + shares.Count - 1) / shares.Count;
        var assigned = division.Homes.Where(h => !h.IsReleased).ToLookup(h => h.Home, h => h.Worker);
        var rest = new List<string>();
        foreach (var home in homes)
        {
            if (assigned[home].FirstOrDefault(w => shares.TryGetValue(w, out var share) && share.Count < most) is { } owner)
            {
                shares[owner].Add(home);
            }
            else
            {
                rest.Add(home);
            }
        }

        foreach (var home in rest)
        {
            // The earliest registered of those with the fewest.
            var least = workers.Where(w => w.Homes is null).MinBy(w => shares[w.Worker].Count)!;
            shares[least.Worker].Add(home);
        }

        foreach (var (worker, share) in shares)
        {
            share.ForEach(home => owners[home] = worker);
        }

        return owners;
    }
}
