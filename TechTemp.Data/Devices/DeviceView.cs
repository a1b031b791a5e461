namespace TechTemp.Data.Devices;

/// <summary>A device with the room where it stands now.</summary>
/// <param name="Uid">Its uid.</param>
/// <param name="Room">The room where it stands; null when none.</param>
/// <param name="Label">What people call it, or null.</param>
/// <param name="Model">The hardware, or null.</param>
/// <param name="Home">Its home, or null.</param>
/// <param name="Provisioned">Whether somebody has given it a place.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="LastSeenAt">See <see cref="Device.LastSeenAt"/>.</param>
public sealed record DeviceView(
    string Uid, RoomRef? Room, string? Label, string? Model, string? Home, bool Provisioned, DateTimeOffset CreatedAt, DateTimeOffset? LastSeenAt);

/// <summary>A room by its uid and name.</summary>
/// <param name="Uid">Its uid.</param>
/// <param name="Name">Its name.</param>
public sealed record RoomRef(string Uid, string Name);

/// <summary>A device's stay in a room.</summary>
/// <param name="Room">The room.</param>
/// <param name="From">First moment in it.</param>
/// <param name="To">First moment no longer in it; null while it stands there.</param>
public sealed record PlacementView(RoomRef Room, DateTimeOffset From, DateTimeOffset? To);

/// <summary>What somebody says about a device when giving it a place.</summary>
/// <param name="Uid">The device.</param>
/// <param name="RoomName">The room's name; may be null when its uid is given.</param>
/// <param name="RoomUid">The room's uid, or null.</param>
/// <param name="Label">What people call it, or null.</param>
/// <param name="Model">The hardware, or null.</param>
/// <param name="Home">Its home, or null.</param>
public sealed record Provisioning(string Uid, string? RoomName, string? RoomUid, string? Label, string? Model, string? Home);

/// <summary>What somebody changes about a device. A room that is not named stays as it is.</summary>
/// <param name="SetsLabel">Whether <paramref name="Label"/> is to be written, null included.</param>
/// <param name="Label">The new label.</param>
/// <param name="RoomName">The new room's name, or null.</param>
/// <param name="RoomUid">The new room's uid, or null.</param>
/// <param name="MovedAt">Since when it stands there; null for now.</param>
public sealed record DeviceChange(bool SetsLabel, string? Label, string? RoomName, string? RoomUid, DateTimeOffset? MovedAt)
{
    /// <summary>Whether <see cref="Model"/> is to be written, null included.</summary>
    public bool SetsModel { get; init; }

    /// <summary>The hardware.</summary>
    public string? Model { get; init; }

    /// <summary>Whether it stands in no room from then on.</summary>
    public bool LeavesRoom { get; init; }

    /// <summary>Whether it names a room.</summary>
    public bool NamesRoom => RoomName is not null || RoomUid is not null;
}

/// <summary>What became of a request to change a device.</summary>
public enum DeviceOutcome
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>There is no such device.</summary>
    NotFound,

    /// <summary>It has been provisioned before.</summary>
    AlreadyProvisioned,

    /// <summary>The room's uid is unknown and no name was given to create it by.</summary>
    UnknownRoom,

    /// <summary>It has readings, and the request did not say that they may go too.</summary>
    HasReadings,
}
