using TechTemp.Data.Rooms;


namespace TechTemp.Data.Devices;

/// <summary>Moves a device in its history of placements.</summary>
internal static class Placing
{
    /// <summary>
    /// Makes the device stand in a room from a moment on: what was recorded for later is replaced, what came before stays.
    /// A device that stands there already, since then or longer, is left as it is.
    /// </summary>
    /// <returns>The placements that are no longer true, for removal.</returns>
    public static IReadOnlyList<Placement> Place(List<Placement> history, Room room, DateTimeOffset at)
    {
        // As the store keeps it: two moves within one millisecond are one moment.
        at = DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());
        var before = history.Where(p => p.From < at).MaxBy(p => p.From);
        var later = history.Where(p => p.From >= at).ToList();
        if (before is not null && (before.To is null || before.To >= at) && before.Room == room)
        {
            before.To = null;
        }
        else if (later.FirstOrDefault(p => p.From == at) is { } same && same.Room == room)
        {
            same.To = null;
            later.Remove(same);
        }
        else
        {
            if (before is not null && (before.To is null || before.To > at))
            {
                before.To = at;
            }

            history.Add(new() { Room = room, From = at });
        }

        history.RemoveAll(later.Contains);
        return later;
    }

    /// <summary>Makes the device stand nowhere from a moment on: what was recorded for later is replaced, what came before stays.</summary>
    /// <returns>The placements that are no longer true, for removal.</returns>
    public static IReadOnlyList<Placement> Leave(List<Placement> history, DateTimeOffset at)
    {
        at = DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());
        var later = history.Where(p => p.From >= at).ToList();
        if (history.Where(p => p.From < at).MaxBy(p => p.From) is { } before && (before.To is null || before.To > at))
        {
            before.To = at;
        }

        history.RemoveAll(later.Contains);
        return later;
    }
}
