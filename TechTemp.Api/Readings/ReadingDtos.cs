using TechTemp.Api.OpenApi;
using TechTemp.Data.Readings;

namespace TechTemp.Api.Readings;

/// <summary>A device's newest reading.</summary>
/// <param name="DeviceId">The device's uid.</param>
/// <param name="RoomId">The uid of the room where the device stands now; null when none.</param>
/// <param name="Ts">Time of measurement.</param>
/// <param name="Temperature">°C.</param>
/// <param name="Humidity">Relative humidity, %.</param>
internal sealed record LatestReadingDto(string DeviceId, string? RoomId, DateTimeOffset Ts, double Temperature, double Humidity);

// Only for the document: LatestPage writes them.
/// <summary>The newest readings, all or a page of them.</summary>
/// <param name="Data">One of each device, ordered by device.</param>
/// <param name="NextCursor">Of a page: the cursor of the next one; null when there is none.</param>
internal sealed record LatestReadingsDto(IReadOnlyList<LatestReadingDto> Data, string? NextCursor = null);

/// <summary>One reading, or one bucket of readings, for the document: <see cref="RawPage"/> and <see cref="BucketPage"/> write them.</summary>
/// <param name="Ts">Time of measurement, or the bucket's start.</param>
/// <param name="Temperature">°C; a bucket's mean over time.</param>
/// <param name="Humidity">Relative humidity, %; a bucket's mean over time.</param>
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
    [property: Choice("mqtt", "http", "simulated")] string? Source = null,
    string? DeviceId = null,
    double? TemperatureMin = null,
    double? TemperatureMax = null,
    double? HumidityMin = null,
    double? HumidityMax = null,
    long? Count = null);

/// <summary>Readings that were removed.</summary>
/// <param name="Deleted">How many.</param>
internal sealed record RemovalDto(int Deleted);

internal static class ReadingMapping
{
    public static string ToText(this ReadingSource source) => source switch
    {
        ReadingSource.Mqtt => "mqtt",
        ReadingSource.Http => "http",
        _ => "simulated",
    };
}
