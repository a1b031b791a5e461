using Microsoft.EntityFrameworkCore;

namespace TechTemp.Data.Devices;

/// <summary>Which devices a list contains. What is null does not restrict it.</summary>
/// <param name="Search">Text that the uid, the label, the model or the room's name contains; letters A to Z in either case.</param>
/// <param name="Home">The home.</param>
/// <param name="Room">The uid of the room where the device stands now.</param>
/// <param name="Provisioned">Whether somebody has given the device a place.</param>
/// <param name="SeenFrom">Last seen at this time or later.</param>
/// <param name="SeenBefore">Last seen before this time.</param>
/// <param name="Seen">false for devices that have never been seen.</param>
public sealed record DeviceFilter(
    string? Search = null,
    string? Home = null,
    string? Room = null,
    bool? Provisioned = null,
    DateTimeOffset? SeenFrom = null,
    DateTimeOffset? SeenBefore = null,
    bool? Seen = null)
{
    /// <summary>Every device.</summary>
    public static DeviceFilter All { get; } = new();

    internal IQueryable<Device> Of(IQueryable<Device> devices)
    {
        if (Search is not null)
        {
            var pattern = $"%{Search.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";
            devices = devices.Where(d =>
                EF.Functions.Like(d.Uid, pattern, @"\") || EF.Functions.Like(d.Label!, pattern, @"\") || EF.Functions.Like(d.Model!, pattern, @"\")
                || d.Placements.Any(p => p.To == null && EF.Functions.Like(p.Room!.Name, pattern, @"\")));
        }

        devices = Home is null ? devices : devices.Where(d => d.Home == Home);
        devices = Room is null ? devices : devices.Where(d => d.Placements.Any(p => p.To == null && p.Room!.Uid == Room));
        devices = Provisioned is null ? devices : devices.Where(d => d.Provisioned == Provisioned);
        devices = Seen is null ? devices : devices.Where(d => (d.LastSeenAt != null) == Seen);
        devices = SeenFrom is null ? devices : devices.Where(d => d.LastSeenAt >= SeenFrom);
        return SeenBefore is null ? devices : devices.Where(d => d.LastSeenAt < SeenBefore);
    }
}
