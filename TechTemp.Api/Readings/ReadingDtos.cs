using TechTemp.Data.Readings;

namespace TechTemp.Api.Readings;

/// <summary>A device's newest reading.</summary>
/// <param name="DeviceId">The device's uid.</param>
/// <param name="RoomId">The uid of the room where the device stands now; null when none.</param>
/// <param name="Ts">Time of measurement.</param>
/// <param name="Temperature">°C.</param>
/// <param name="Humidity">Relative humidity, %.</param>
internal sealed record LatestReadingDto(string DeviceId, string? RoomId, DateTimeOffset Ts, double Temperature, double Humidity);

/// <summary>One reading, or one bucket of readings, for the document: <see cref="RawPage"/> and <see cref="BucketDto"/> are what is written.</summary>
/// <param name="Ts">Time of measurement, or the bucket's start.</param>
/// <param name="Temperature">°C; a bucket's mean.</param>
/// <param name="Humidity">Relative humidity, %; a bucket's mean.</param>
/// <param name="Source">Of a reading: the way it came in, mqtt, http or simulated.</param>
/// <param name="DeviceId">Of a room's reading: its device's uid.</param>
/// <param name="TemperatureMin">Of a bucket: its lowest temperature, °C.</param>
/// <param name="TemperatureMax">Of a bucket: its highest temperature, °C.</param>
/// <param name="HumidityMin">Of a bucket: its lowest relative humidity, %.</param>
/// <param name="HumidityMax">Of a bucket: its highest relative humidity, %.</param>
/// <param name="Count">Of a bucket: how many readings.</param>
internal sealed record SeriesRow(
    DateTimeOffset Ts,
    double Temperature,
    double Humidity,
    string? Source,
    string? DeviceId,
    double? TemperatureMin,
    double? TemperatureMax,
    double? HumidityMin,
    double? HumidityMax,
    long? Count);

/// <summary>Readings that were removed.</summary>
/// <param name="Deleted">How many.</param>
internal sealed record RemovalDto(int Deleted);

/// <summary>The readings of one bucket of time.</summary>
/// <param name="Ts">The bucket's start.</param>
/// <param name="Temperature">Mean temperature, °C.</param>
/// <param name="TemperatureMin">Lowest temperature, °C.</param>
/// <param name="TemperatureMax">Highest temperature, °C.</param>
/// <param name="Humidity">Mean relative humidity, %.</param>
/// <param name="HumidityMin">Lowest relative humidity, %.</param>
/// <param name="HumidityMax">Highest relative humidity, %.</param>
/// <param name="Count">How many readings.</param>
internal sealed record BucketDto(
    DateTimeOffset Ts, double Temperature, double TemperatureMin, double TemperatureMax, double Humidity, double HumidityMin, double HumidityMax, long Count);

internal static class ReadingMapping
{
    public static LatestReadingDto ToDto(this LatestReading r) =>
        new(r.DeviceUid, r.RoomUid, DateTimeOffset.FromUnixTimeMilliseconds(r.Ts), r.Temperature, r.Humidity);

    public static string ToText(this ReadingSource source) => source switch
    {
        ReadingSource.Mqtt => "mqtt",
        ReadingSource.Http => "http",
        _ => "simulated",
    };

    public static BucketDto ToDto(this Bucket b) => new(
        DateTimeOffset.FromUnixTimeMilliseconds(b.Start), b.Temperature, b.TemperatureMin, b.TemperatureMax, b.Humidity, b.HumidityMin, b.HumidityMax, b.Count);
}
