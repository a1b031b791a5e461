using Microsoft.EntityFrameworkCore;
using TechTemp.Data.Devices;
using TechTemp.Data.Replay;
using TechTemp.Data.Rooms;
using TechTemp.Data.Store;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Sqlite.Import;

/// <summary>How many there are in the file, and how many of them the store did not have.</summary>
internal record struct ImportCount(int Found, int New);

/// <summary>What was taken over beside readings.</summary>
/// <param name="DeviceUids">The devices by what the file's readings call them.</param>
/// <param name="Rooms">Rooms.</param>
/// <param name="Devices">Devices.</param>
/// <param name="Placements">Stays in rooms.</param>
internal sealed record ImportedHousehold(IReadOnlyDictionary<string, string> DeviceUids, ImportCount Rooms, ImportCount Devices, ImportCount Placements);

/// <summary>
/// Takes over the old server's rooms, devices and placements, in one transaction. What the store knows already stays: the
/// names of its rooms, the label of a device that somebody has provisioned, the room of a device for any time that has one.
/// </summary>
internal sealed class OldServerHousehold(TechTempContext context, RejectedMessages rejected, TimeProvider time)
{
    private const int MaxText = 100;

    private ImportCount _rooms;
    private ImportCount _devices;
    private ImportCount _placements;

    public async Task<ImportedHousehold> TakeOverAsync(OldServerFile old, ImportRefusals refusals, CancellationToken cancellationToken)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        var rooms = Rooms(old, refusals);
        var devices = Devices(old, refusals);
        Place(old, rooms, devices, refusals);
        await context.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        context.ChangeTracker.Clear();
        // What was held because nobody had provisioned its device, as when somebody provisions it by hand.
        foreach (var device in devices.Values.Where(d => d.Provisioned))
        {
            for (long? last = 0; last is { } after;)
            {
                last = (await rejected.ReplayHeldAsync(device.Uid, after, cancellationToken)).Last;
            }
        }

        return new(devices.ToDictionary(d => d.Key, d => d.Value.Uid), _rooms, _devices, _placements);
    }

    private Dictionary<string, Room> Rooms(OldServerFile old, ImportRefusals refusals)
    {
        var known = context.Rooms.ToDictionary(r => r.Uid);
        var rooms = new Dictionary<string, Room>();
        foreach (var row in old.Rooms())
        {
            var name = Short(row.Name) ?? row.Uid;
            if (name is null)
            {
                refusals.Add("a room without a name", $"room {row.Key}");
                continue;
            }

            var uid = Uids.IsValid(row.Uid) ? row.Uid! : RoomSlug.From(name);
            if (!known.TryGetValue(uid, out var room))
            {
                room = new() { Uid = uid, Name = name, Floor = Short(row.Floor), Side = Short(row.Side), CreatedAt = time.GetUtcNow() };
                known.Add(uid, room);
                context.Rooms.Add(room);
                _rooms.New++;
            }

            rooms.Add(row.Key, room);
            _rooms.Found++;
        }

        return rooms;
    }

    private Dictionary<string, Device> Devices(OldServerFile old, ImportRefusals refusals)
    {
        var known = context.Devices.Include(d => d.Placements).ToDictionary(d => d.Uid);
        var devices = new Dictionary<string, Device>();
        foreach (var row in old.Devices())
        {
            if (!Uids.IsValid(row.Uid))
            {
                refusals.Add($"a device whose uid is none ({Uids.Rule})", $"device {row.Key}, uid '{row.Uid}'");
                continue;
            }

            var createdAt = OldServerTime.Parse(row.CreatedAt) is { } ts && ts >= ReadingRules.MinTs && ts <= time.GetUtcNow().ToUnixTimeMilliseconds()
                ? DateTimeOffset.FromUnixTimeMilliseconds(ts)
                : time.GetUtcNow();
            if (!known.TryGetValue(row.Uid!, out var device))
            {
                device = new() { Uid = row.Uid!, CreatedAt = createdAt };
                known.Add(device.Uid, device);
                context.Devices.Add(device);
                _devices.New++;
            }

            if (!device.Provisioned)
            {
                device.Label = Short(row.Label) ?? device.Label;
                device.Model = Short(row.Model) ?? device.Model;
            }

            device.CreatedAt = createdAt < device.CreatedAt ? createdAt : device.CreatedAt;
            devices.Add(row.Key, device);
            _devices.Found++;
        }

        return devices;
    }

    private void Place(OldServerFile old, Dictionary<string, Room> rooms, Dictionary<string, Device> devices, ImportRefusals refusals)
    {
        var stays = new List<(Device Device, Room Room, long From, long To)>();
        foreach (var row in old.Placements())
        {
            var wrong = row.DeviceKey is null || !devices.ContainsKey(row.DeviceKey) ? "of a device that is not there"
                : row.RoomKey is null || !rooms.ContainsKey(row.RoomKey) ? "in a room that is not there"
                : OldServerTime.Parse(row.From) is null ? "whose from_ts is no time"
                : row.To is not null && OldServerTime.Parse(row.To) is null ? "whose to_ts is no time"
                : null;
            if (wrong is not null)
            {
                refusals.Add($"a placement {wrong}", $"row {row.Row} of device_room_placements (device {row.DeviceKey}, room {row.RoomKey}, {row.From} to {row.To})");
                continue;
            }

            stays.Add((devices[row.DeviceKey!], rooms[row.RoomKey!], OldServerTime.Parse(row.From)!.Value, OldServerTime.Parse(row.To) ?? long.MaxValue));
            _placements.Found++;
        }

        foreach (var device in stays.GroupBy(s => s.Device))
        {
            var known = device.Key.Placements.Select(p => (From: p.From.ToUnixTimeMilliseconds(), To: p.To?.ToUnixTimeMilliseconds() ?? long.MaxValue)).ToList();
            var inOrder = device.OrderBy(s => s.From).ToList();
            for (var i = 0; i < inOrder.Count; i++)
            {
                // The old server let an open stay stand beside a newer one: the newer one has ended it.
                var end = i + 1 < inOrder.Count ? Math.Min(inOrder[i].To, inOrder[i + 1].From) : inOrder[i].To;
                var free = Free(inOrder[i].From, end, known).ToList();
                device.Key.Placements.AddRange(free.Select(stay => new Placement
                {
                    Room = inOrder[i].Room,
                    From = DateTimeOffset.FromUnixTimeMilliseconds(stay.From),
                    To = stay.To == long.MaxValue ? null : DateTimeOffset.FromUnixTimeMilliseconds(stay.To),
                }));
                _placements.New += free.Count > 0 ? 1 : 0;
            }

            device.Key.Provisioned = true;
        }
    }

    /// <summary>What of an interval the store has no room for.</summary>
    private static IEnumerable<(long From, long To)> Free(long from, long to, IEnumerable<(long From, long To)> known)
    {
        foreach (var taken in known.Where(k => k.From < to && k.To > from).OrderBy(k => k.From))
        {
            if (from < taken.From)
            {
                yield return (from, taken.From);
            }

            from = Math.Max(from, taken.To);
        }

        if (from < to)
        {
            yield return (from, to);
        }
    }

    // What the API refuses in a name is a space here.
    private static string? Plain(string? text) => text is null ? null : string.Create(text.Length, text, (plain, from) =>
    {
        for (var i = 0; i < plain.Length; i++)
        {
            plain[i] = char.IsControl(from[i]) ? ' ' : from[i];
        }
    });

    private static string? Short(string? text) => Plain(text)?.Trim() is { Length: > 0 } trimmed ? trimmed[..Math.Min(trimmed.Length, MaxText)] : null;
}
