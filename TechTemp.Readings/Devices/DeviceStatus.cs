namespace TechTemp.Readings.Devices;

/// <summary>The state of a device by the age of its newest reading (<see cref="DeviceStatusRule"/>).</summary>
public enum DeviceStatus
{
    /// <summary>Its newest reading is recent.</summary>
    Online,

    /// <summary>Its newest reading is older than usual.</summary>
    Late,

    /// <summary>Its newest reading is so old that the device is not expected to send soon.</summary>
    Offline,

    /// <summary>It has no reading yet.</summary>
    Never,
}
