using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using TechTemp.Data.Rooms;

namespace TechTemp.Api.Rooms;

/// <summary>A place that sensors stand in.</summary>
/// <param name="Uid">Its uid, never changed.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Floor">The floor it is on.</param>
/// <param name="Side">The side of the building it is on.</param>
internal sealed record RoomDto(string Uid, string Name, string? Floor, string? Side);

/// <summary>A room to create.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Uid">Its uid; made from the name when absent.</param>
/// <param name="Floor">The floor it is on.</param>
/// <param name="Side">The side of the building it is on.</param>
internal sealed record CreateRoom([property: Required] string? Name, string? Uid = null, string? Floor = null, string? Side = null);

/// <summary>What to change about a room. What is absent stays.</summary>
internal sealed class UpdateRoom
{
    /// <summary>What people call it.</summary>
    public string? Name
    {
        get;
        set => (field, SetsName) = (value, true);
    }

    /// <summary>The floor it is on; null clears it.</summary>
    public string? Floor
    {
        get;
        set => (field, SetsFloor) = (value, true);
    }

    /// <summary>The side of the building it is on; null clears it.</summary>
    public string? Side
    {
        get;
        set => (field, SetsSide) = (value, true);
    }

    /// <summary>Whether the body names the name at all.</summary>
    [JsonIgnore]
    public bool SetsName { get; private set; }

    /// <summary>Whether the body names the floor at all.</summary>
    [JsonIgnore]
    public bool SetsFloor { get; private set; }

    /// <summary>Whether the body names the side at all.</summary>
    [JsonIgnore]
    public bool SetsSide { get; private set; }
}

/// <summary>The room that another one becomes part of.</summary>
/// <param name="Into">Its uid.</param>
internal sealed record MergeRoom([property: Required] string? Into);

/// <summary>A room that is gone.</summary>
/// <param name="Uid">What its uid was.</param>
internal sealed record DeletedRoom(string Uid);

internal static class RoomMapping
{
    public static RoomDto ToDto(this Room room) => new(room.Uid, room.Name, room.Floor, room.Side);
}
