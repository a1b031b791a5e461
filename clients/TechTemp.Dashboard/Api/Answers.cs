using System.Text.Json;
using System.Text.Json.Serialization;

namespace TechTemp.Dashboard.Api;

/// <summary>A device's newest reading.</summary>
/// <param name="DeviceId">The device's uid.</param>
/// <param name="RoomId">The uid of its room; null when none.</param>
/// <param name="Ts">Time of measurement.</param>
/// <param name="Values">What it measured, by the keys of the quantities.</param>
[JsonConverter(typeof(Converter))]
public sealed record LatestReading(string DeviceId, string? RoomId, DateTimeOffset Ts, Measured Values)
{
    /// <summary>°C; null when it was not measured.</summary>
    public double? Temperature => Values[Quantity.TemperatureKey];

    /// <summary>Relative humidity, %; null when it was not measured.</summary>
    public double? Humidity => Values[Quantity.HumidityKey];

    private sealed class Converter : MeasuredConverter<LatestReading>
    {
        protected override LatestReading Make(MeasuredFields fields) =>
            new(fields.DeviceId ?? throw new JsonException("device_id is missing."), fields.RoomId, fields.Time, new(fields.Numbers));
    }
}

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
/// <param name="Count">How many readings.</param>
/// <param name="Values">The mean of each quantity by its key, with the least and the greatest value by <see cref="Quantity.MinKey"/> and <see cref="Quantity.MaxKey"/>.</param>
[JsonConverter(typeof(Converter))]
public sealed record Bucket(DateTimeOffset Ts, long Count, Measured Values)
{
    private const string CountKey = "count";

    private sealed class Converter : MeasuredConverter<Bucket>
    {
        protected override Bucket Make(MeasuredFields fields) =>
            new(fields.Time, (long)fields.Numbers.Find(n => n.Key == CountKey).Value, new(fields.Numbers.Where(n => n.Key != CountKey)));
    }
}

/// <summary>Whose readings are asked for.</summary>
/// <param name="Path">The path of its readings.</param>
public sealed record SeriesSource(string Path)
{
    /// <summary>A device's.</summary>
    public static SeriesSource Device(string uid) => new($"/api/v1/devices/{Uri.EscapeDataString(uid)}/readings");

    /// <summary>A room's: of whichever devices stood there.</summary>
    public static SeriesSource Room(string uid) => new($"/api/v1/rooms/{Uri.EscapeDataString(uid)}/readings");
}
