namespace TechTemp.Dashboard.Api;

/// <summary>A device's newest reading.</summary>
/// <param name="DeviceId">The device's uid.</param>
/// <param name="RoomId">The uid of its room; null when none.</param>
/// <param name="Ts">Time of measurement.</param>
/// <param name="Temperature">°C.</param>
/// <param name="Humidity">Relative humidity, %.</param>
public sealed record LatestReading(string DeviceId, string? RoomId, DateTimeOffset Ts, double Temperature, double Humidity);

/// <summary>A sensor.</summary>
/// <param name="Uid">Its uid.</param>
/// <param name="Room">Where it stands; null for nowhere.</param>
/// <param name="Label">What people call it.</param>
/// <param name="Model">The hardware.</param>
/// <param name="Home">The home it belongs to.</param>
/// <param name="Provisioned">Whether somebody has given it a place.</param>
/// <param name="Status">online, late, offline or never.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="LastSeenAt">Time of its newest reading.</param>
public sealed record Device(
    string Uid, RoomName? Room, string? Label, string? Model, string? Home, bool Provisioned, string Status, DateTimeOffset CreatedAt, DateTimeOffset? LastSeenAt);

/// <summary>A room, named.</summary>
public sealed record RoomName(string Uid, string Name);

/// <summary>A room.</summary>
public sealed record Room(string Uid, string Name, string? Floor, string? Side, RoomComfort? Comfort = null);

/// <summary>Between which values a room is comfortable; null for each default.</summary>
/// <param name="TemperatureMin">Lowest temperature, °C.</param>
/// <param name="TemperatureMax">Highest temperature, °C.</param>
/// <param name="HumidityMin">Lowest relative humidity, %.</param>
/// <param name="HumidityMax">Highest relative humidity, %.</param>
public sealed record RoomComfort(double? TemperatureMin, double? TemperatureMax, double? HumidityMin, double? HumidityMax);

/// <summary>The readings of a quarter of an hour, an hour, a day or longer.</summary>
/// <param name="Ts">Its start.</param>
/// <param name="Temperature">Mean, °C.</param>
/// <param name="TemperatureMin">Lowest, °C.</param>
/// <param name="TemperatureMax">Highest, °C.</param>
/// <param name="Humidity">Mean, %.</param>
/// <param name="HumidityMin">Lowest, %.</param>
/// <param name="HumidityMax">Highest, %.</param>
/// <param name="Count">How many readings.</param>
public sealed record Bucket(
    DateTimeOffset Ts, double Temperature, double TemperatureMin, double TemperatureMax, double Humidity, double HumidityMin, double HumidityMax, long Count);

/// <summary>Whose readings are asked for.</summary>
/// <param name="Path">The path of its readings.</param>
public sealed record SeriesSource(string Path)
{
    /// <summary>A device's.</summary>
    public static SeriesSource Device(string uid) => new($"/api/v1/devices/{Uri.EscapeDataString(uid)}/readings");

    /// <summary>A room's: of whichever devices stood there.</summary>
    public static SeriesSource Room(string uid) => new($"/api/v1/rooms/{Uri.EscapeDataString(uid)}/readings");
}
