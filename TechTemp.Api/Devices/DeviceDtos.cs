using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using TechTemp.Api.OpenApi;
using TechTemp.Data.Devices;
using TechTemp.Readings.Devices;

namespace TechTemp.Api.Devices;

/// <summary>A sensor.</summary>
/// <param name="Uid">Its uid: the device id of its topics.</param>
/// <param name="Room">The room where it stands; null when none.</param>
/// <param name="Label">What people call it.</param>
/// <param name="Model">The hardware.</param>
/// <param name="Home">The home it belongs to.</param>
/// <param name="Provisioned">Whether somebody has given it a place; false for one that registered itself.</param>
/// <param name="Status">online, late, offline or never, by the age of its newest reading.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="LastSeenAt">Time of its newest reading; never moves backwards.</param>
internal sealed record DeviceDto(
    string Uid, RoomRef? Room, string? Label, string? Model, string? Home, bool Provisioned, [property: Choice(DeviceStatusTexts.Online, DeviceStatusTexts.Late, DeviceStatusTexts.Offline, DeviceStatusTexts.Never)] string Status, DateTimeOffset CreatedAt, DateTimeOffset? LastSeenAt);

/// <summary>A device to give a place.</summary>
/// <param name="DeviceUid">Its uid.</param>
/// <param name="RoomName">The room's name; the room is created when new.</param>
/// <param name="RoomUid">The room's uid, instead of its name or for a new room.</param>
/// <param name="Label">What people call the device.</param>
/// <param name="Model">The hardware.</param>
/// <param name="Home">The home it belongs to.</param>
internal sealed record CreateDevice(
    [property: Required] string? DeviceUid, string? RoomName = null, string? RoomUid = null, string? Label = null, string? Model = null, string? Home = null);

/// <summary>What to change about a device. What is absent stays.</summary>
internal sealed class UpdateDevice
{
    /// <summary>What people call it; null clears it.</summary>
    public string? Label
    {
        get;
        set
        {
            field = value;
            SetsLabel = true;
        }
    }

    /// <summary>The new room's name; the room is created when new.</summary>
    public string? RoomName { get; set; }

    /// <summary>The new room's uid, instead of its name or for a new room.</summary>
    public string? RoomUid { get; set; }

    /// <summary>Since when it stands there (default now): readings since then count for the new room.</summary>
    public DateTimeOffset? MovedAt { get; set; }

    /// <summary>Whether the body names the label at all.</summary>
    [JsonIgnore]
    public bool SetsLabel { get; private set; }
}

/// <summary>A device with its room.</summary>
/// <param name="Device">The device.</param>
/// <param name="Room">Its room.</param>
internal sealed record DeviceWithRoom(DeviceDto Device, RoomRef? Room);

/// <summary>A device's stay in a room.</summary>
/// <param name="Room">The room.</param>
/// <param name="From">First moment in it.</param>
/// <param name="To">First moment no longer in it; null while the device stands there.</param>
internal sealed record PlacementDto(RoomRef Room, DateTimeOffset From, DateTimeOffset? To);

internal static class DeviceMapping
{
    public static PlacementDto ToDto(this PlacementView placement) => new(placement.Room, placement.From, placement.To);

    public static DeviceDto ToDto(this DeviceView device, DeviceStatusRule status, DateTimeOffset now) => new(
        device.Uid, device.Room, device.Label, device.Model, device.Home, device.Provisioned, status.Of(device.LastSeenAt, now).ToText(), device.CreatedAt, device.LastSeenAt);
}
