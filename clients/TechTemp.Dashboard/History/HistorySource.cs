using TechTemp.Dashboard.Api;
using TechTemp.Dashboard.Fleets;

namespace TechTemp.Dashboard.History;

/// <summary>A room or device whose readings can be shown.</summary>
/// <param name="IsRoom">Whether it is a room.</param>
/// <param name="Uid">Its uid.</param>
/// <param name="Name">What people call it.</param>
public sealed record HistorySource(bool IsRoom, string Uid, string Name)
{
    /// <summary>Its readings.</summary>
    public SeriesSource Series => IsRoom ? SeriesSource.Room(Uid) : SeriesSource.Device(Uid);

    /// <summary>A name that no other room or device has.</summary>
    public string Key => $"{(IsRoom ? "room" : "device")}-{Uid}";

    /// <summary>Those of some uids, without the ones that are no longer there.</summary>
    public static IReadOnlyList<HistorySource> Of(Fleet fleet, IEnumerable<string> rooms, IEnumerable<string> devices)
    {
        var asked = rooms.ToHashSet();
        return
        [
            .. fleet.Rooms.Where(r => asked.Contains(r.Uid)).Select(r => new HistorySource(true, r.Uid, r.Name)),
            .. devices.Select(fleet.Find).OfType<Sensor>().Select(s => new HistorySource(false, s.Device.Uid, s.Name)),
        ];
    }

    /// <summary>The keys of the quantities that are in the newest readings of some rooms and devices.</summary>
    public static HashSet<string> NewestNames(Fleet fleet, IReadOnlyList<HistorySource> sources)
    {
        var rooms = sources.Where(s => s.IsRoom).Select(s => s.Uid).ToHashSet();
        var devices = sources.Where(s => !s.IsRoom).Select(s => s.Uid).ToHashSet();
        return fleet.Sensors
            .Where(s => devices.Contains(s.Device.Uid) || (s.Device.Room is { } room && rooms.Contains(room.Uid)))
            .SelectMany(s => s.Latest?.Values.Names ?? [])
            .ToHashSet();
    }

    /// <summary>What somebody looks for: the rooms first. A room has the home and the status of its sensors of now, and their values.</summary>
    public static IReadOnlyList<HistorySource> Find(Fleet fleet, FleetQuery query)
    {
        var words = SearchWords.Of(query.Search);
        var filter = (query with { Search = null }).Filter();
        var sensors = fleet.Sensors.Where(filter).ToList();
        var inRooms = sensors.Where(s => s.Device.Room is not null).GroupBy(s => s.Device.Room!.Uid).ToDictionary(g => g.Key, g => new Rooms.RoomCard([.. g], null, null));
        // A room that nothing stands in now has a history all the same.
        var isFilter = query is not { Home: null, Room: null, Status: null };
        var rooms = fleet.Rooms
            .Where(r => (!isFilter || inRooms.ContainsKey(r.Uid)) && Array.TrueForAll(words, SearchWords.Fold(r.Name).Contains))
            .Select(r => (Source: new HistorySource(true, r.Uid, r.Name), inRooms.GetValueOrDefault(r.Uid)?.Values, Status: inRooms.GetValueOrDefault(r.Uid)?.Status ?? "never"));
        var found = sensors.Where(s => Array.TrueForAll(words, s.SearchText.Contains));
        return
        [
            .. query.Ordered(rooms, r => r.Source.Name, r => r.Values is { } v ? (v.Temperature, v.Humidity, v.Ts) : null, r => r.Status).Select(r => r.Source),
            .. query.Ordered(found, s => s.Name, s => s.Latest is { } l ? (l.Temperature, l.Humidity, l.Ts) : null, s => s.Status).Select(s => new HistorySource(false, s.Device.Uid, s.Name)),
        ];
    }
}
