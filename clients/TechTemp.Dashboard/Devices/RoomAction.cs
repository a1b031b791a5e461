namespace TechTemp.Dashboard.Devices;

/// <summary>What can be done with a room.</summary>
public enum RoomAction
{
    /// <summary>Change its name and limits of comfort.</summary>
    EditRoom,

    /// <summary>Make it part of another room.</summary>
    MergeRoom,

    /// <summary>Delete it.</summary>
    DeleteRoom,
}
