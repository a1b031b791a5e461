using System.Collections.Frozen;

namespace TechTemp.Data.Workers;

/// <summary>
/// The homes whose messages the first worker acknowledges without storing them, because another worker's session has them. A message is in that session when the broker
/// routed it after the other worker's subscription was confirmed. When it was routed, the Subscription Identifier says that it bears: the first worker subscribes again, with
/// a higher identifier, after each confirmation. When in doubt a message is stored: what two workers store is stored once.
/// </summary>
public sealed class HomesElsewhere(TimeProvider time)
{
    // How old the division may be that is trusted. It is read every second.
    internal static TimeSpan Trust { get; } = TimeSpan.FromSeconds(10);

    // A cluster of brokers may confirm a subscription before each of its nodes knows of it.
    internal static TimeSpan Settling { get; } = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, Candidate> _candidates = [];
    private volatile Known _known = new(FrozenDictionary<string, uint>.Empty, 0);

    /// <summary>Whether a message belongs to another worker. Thread-safe.</summary>
    /// <param name="home">Its home.</param>
    /// <param name="identifiers">Its Subscription Identifiers.</param>
    public bool Has(string home, IReadOnlyList<uint>? identifiers)
    {
        if (identifiers is null or [])
        {
            return false;
        }

        var known = _known;
        return known.Since.TryGetValue(home, out var since) && identifiers[0] >= since && identifiers.Count == 1 && time.GetElapsedTime(known.ReadAt) < Trust;
    }

    /// <summary>The caller is not the first worker, or has a new connection.</summary>
    public void Clear()
    {
        _candidates.Clear();
        Publish(time.GetTimestamp());
    }

    /// <summary>The division was read.</summary>
    /// <param name="division">The division.</param>
    /// <param name="first">The first worker, the caller.</param>
    /// <param name="connection">The number of its connection.</param>
    /// <param name="readAt">When the reading began, by <see cref="TimeProvider.GetTimestamp"/>.</param>
    public void Update(Division division, string first, long connection, long readAt)
    {
        var present = division.First != first || division.Connection != connection ? [] : division.Workers
            .Where(w => w.Worker != first && w is { IsMissing: false, IsRetired: false })
            .SelectMany(w => division.Homes.Where(h => h.Worker == w.Worker && !h.IsReleased && h.Standing == connection))
            .GroupBy(h => h.Home)
            .ToDictionary(h => h.Key, h => h.First());
        foreach (var gone in _candidates.Where(c => !present.TryGetValue(c.Key, out var home) || (home.Worker, home.Change) != (c.Value.Worker, c.Value.Change)).ToList())
        {
            _candidates.Remove(gone.Key);
        }

        foreach (var (name, home) in present)
        {
            _candidates.TryAdd(name, new(home.Worker, home.Change, readAt));
        }

        Publish(readAt);
    }

    /// <summary>A home is about to be released: from now on its messages are stored.</summary>
    public void Remove(string home)
    {
        _candidates.Remove(home);
        Publish(_known.ReadAt);
    }

    /// <summary>The homes that wait for a subscription with a new identifier.</summary>
    public IReadOnlyList<string> Waiting => [.. _candidates.Where(c => c.Value.Since is null && time.GetElapsedTime(c.Value.SeenAt) >= Settling).Select(c => c.Key)];

    /// <summary>The broker has confirmed a subscription that was sent after these homes had been waiting.</summary>
    public void Subscribed(IReadOnlyList<string> homes, uint identifier)
    {
        foreach (var home in homes)
        {
            if (_candidates.TryGetValue(home, out var candidate))
            {
                candidate.Since = identifier;
            }
        }

        Publish(_known.ReadAt);
    }

    private void Publish(long readAt) =>
        _known = new(_candidates.Where(c => c.Value.Since is not null).ToFrozenDictionary(c => c.Key, c => c.Value.Since!.Value), readAt);

    private sealed record Known(FrozenDictionary<string, uint> Since, long ReadAt);

    private sealed class Candidate(string worker, long change, long seenAt)
    {
        public string Worker => worker;

        public long Change => change;

        public long SeenAt => seenAt;

        public uint? Since { get; set; }
    }
}
