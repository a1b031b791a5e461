using TechTemp.Readings.Devices;

namespace TechTemp.Api.Devices;

/// <summary>The statuses of devices as texts of requests and answers.</summary>
internal static class DeviceStatusTexts
{
    public const string Online = "online";
    public const string Late = "late";
    public const string Offline = "offline";
    public const string Never = "never";

    public static string ToText(this DeviceStatus status) => status switch
    {
        DeviceStatus.Online => Online,
        DeviceStatus.Late => Late,
        DeviceStatus.Offline => Offline,
        DeviceStatus.Never => Never,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    /// <summary>The status of a text; null when there is none.</summary>
    public static DeviceStatus? Find(string text) => text switch
    {
        Online => DeviceStatus.Online,
        Late => DeviceStatus.Late,
        Offline => DeviceStatus.Offline,
        Never => DeviceStatus.Never,
        _ => null,
    };
}
