using System.Collections.Concurrent;
using TechTemp.Dashboard.Api;

namespace TechTemp.Dashboard.Fleets;

/// <summary>What has changed among the devices.</summary>
/// <param name="Uids">Whose reading, status or description.</param>
/// <param name="Listed">Whether lists may have other members or another order of names.</param>
public sealed record FleetChange(IReadOnlySet<string> Uids, bool Listed);

/// <summary>The devices of a <see cref="Fleet"/>, and what has changed among them since it was told last. Thread-safe.</summary>
internal sealed class FleetSensors(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Sensor> _sensors = new();
    private readonly Lock _lock = new();
    private HashSet<string> _changed = [];
    private bool _listed;

    /// <summary>Every device, in no order.</summary>
    public IEnumerable<Sensor> All => _sensors.Values;

    /// <summary>How many devices there are.</summary>
    public int Count => _sensors.Count;

    /// <summary>A device; null when there is none of that uid.</summary>
    public Sensor? Find(string uid) => _sensors.GetValueOrDefault(uid);

    /// <summary>A device as the API answered it. A reading that arrives while the API is asked may be newer than its answer.</summary>
    /// <param name="sensor">The device.</param>
    /// <param name="began">When the API was asked, a timestamp of the clock.</param>
    public void Put(Sensor sensor, long began)
    {
        var uid = sensor.Device.Uid;
        var old = _sensors.GetValueOrDefault(uid);
        var merged = old is { Latest: { } reading } && old.ArrivedAt >= began ? sensor.With(reading, old.ArrivedAt) : sensor;
        _sensors[uid] = merged;
        if (old is null || Described(old.Device) != Described(merged.Device) || old.Status != merged.Status)
        {
            Note(uid, listed: true);
        }
        else if (old.Latest != merged.Latest)
        {
            Note(uid, listed: false);
        }

        static Device Described(Device device) => device with { LastSeenAt = null, Status = "" };
    }

    /// <summary>A device is gone.</summary>
    public void Drop(string uid)
    {
        if (_sensors.TryRemove(uid, out _))
        {
            Note(uid, listed: true);
        }
    }

    /// <summary>Drops the devices that an answer with all of them does not have.</summary>
    /// <param name="seen">Those that it has.</param>
    /// <param name="began">When the API was asked: what has arrived since then stays.</param>
    public void DropOthers(IReadOnlySet<string> seen, long began)
    {
        foreach (var gone in _sensors.Where(s => !seen.Contains(s.Key) && s.Value.ArrivedAt < began).Select(s => s.Key).ToList())
        {
            Drop(gone);
        }
    }

    /// <summary>A reading came over the stream.</summary>
    /// <returns>Whether its device is known.</returns>
    public bool Take(LatestReading reading)
    {
        var uid = reading.DeviceId;
        if (!_sensors.TryGetValue(uid, out var sensor))
        {
            return false;
        }

        var after = sensor.With(reading, time.GetTimestamp());
        // Who loses this race to a refresh comes again with it.
        if (!ReferenceEquals(after, sensor) && _sensors.TryUpdate(uid, after, sensor))
        {
            Note(uid, listed: after.Status != sensor.Status);
        }

        return true;
    }

    /// <summary>Notes a change.</summary>
    /// <param name="uid">Whose; null for none.</param>
    /// <param name="listed">See <see cref="FleetChange.Listed"/>.</param>
    public void Note(string? uid, bool listed)
    {
        lock (_lock)
        {
            _listed |= listed;
            if (uid is not null)
            {
                _changed.Add(uid);
            }
        }
    }

    /// <summary>What has changed since the last call; null when nothing has.</summary>
    public FleetChange? TakeChange()
    {
        lock (_lock)
        {
            if (_changed.Count == 0 && !_listed)
            {
                return null;
            }

            var change = new FleetChange(_changed, _listed);
            (_changed, _listed) = ([], false);
            return change;
        }
    }
}
