using System.Collections.Frozen;
using Microsoft.Extensions.Options;
using TechTemp.Data.Workers;
using TechTemp.Ingest.Instances;

namespace TechTemp.Ingest.Pipeline;

/// <summary>
/// The homes whose states this process publishes: one worker publishes those of a home, so that no state is followed by an older one. The only worker publishes all.
/// A home that a worker gets counts after a pause, in which the worker before it has stopped; its states are then published as the store has them.
/// </summary>
public sealed class StatePart(IOptions<WorkerOptions> options, TimeProvider time)
{
    // Longer than a worker needs to see that a home is another one's.
    internal static TimeSpan Pause { get; } = TimeSpan.FromSeconds(3);

    private readonly Dictionary<string, long> _gained = [];
    private readonly Dictionary<string, long> _lastOthers = [];
    private long? _firstSince;
    // Null for all homes but those of others.
    private volatile FrozenSet<string>? _own = options.Value.IsOneOfSeveral ? FrozenSet<string>.Empty : null;
    private volatile FrozenSet<string> _others = FrozenSet<string>.Empty;

    /// <summary>Whether it publishes the states of a home. Thread-safe.</summary>
    public bool Has(string home) => _own is { } own ? own.Contains(home) : !_others.Contains(home);

    /// <summary>A worker has read the division.</summary>
    /// <param name="division">The division.</param>
    /// <param name="worker">The worker.</param>
    public void Update(Division division, string worker)
    {
        if (division.First == worker)
        {
            // Those of a missing worker too: it publishes nothing.
            var present = division.Workers.Where(w => w.Worker != worker && w is { IsMissing: false, IsRetired: false }).Select(w => w.Worker).ToHashSet();
            Lead(division.Homes.Where(h => !h.IsReleased && present.Contains(h.Worker)).Select(h => h.Home));
            return;
        }

        _firstSince = null;
        var own = division.Homes.Where(h => h.Worker == worker && !h.IsReleased).Select(h => h.Home).ToHashSet();
        foreach (var lost in _gained.Keys.Where(home => !own.Contains(home)).ToList())
        {
            _gained.Remove(lost);
        }

        foreach (var home in own)
        {
            _gained.TryAdd(home, time.GetTimestamp());
        }

        _own = _gained.Where(g => time.GetElapsedTime(g.Value) >= Pause).Select(g => g.Key).ToFrozenSet();
    }

    private void Lead(IEnumerable<string> others)
    {
        var now = time.GetTimestamp();
        _firstSince ??= now;
        _gained.Clear();
        foreach (var home in others)
        {
            _lastOthers[home] = now;
        }

        foreach (var gained in _lastOthers.Where(o => o.Value != now && time.GetElapsedTime(o.Value) >= Pause).Select(o => o.Key).ToList())
        {
            _lastOthers.Remove(gained);
        }

        _others = _lastOthers.Keys.ToFrozenSet();
        if (time.GetElapsedTime(_firstSince.Value) >= Pause)
        {
            _own = null;
        }
    }
}
