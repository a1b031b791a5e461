using TechTemp.Api.OpenApi;
using TechTemp.Data.Readings;

namespace TechTemp.Api.Readings;

// These are for the document: LatestJson writes a reading.
/// <summary>A device's newest reading.</summary>
/// <param name="DeviceId">The device's uid.</param>
/// <param name="RoomId">The uid of the room where the device stands now; null when none.</param>
/// <param name="Ts">Time of measurement.</param>
/// <param name="Temperature">°C; null where it is not measured.</param>
/// <param name="Humidity">Relative humidity, %; null where it is not measured.</param>
[HasQuantities]
internal sealed record LatestReadingDto(string DeviceId, string? RoomId, DateTimeOffset Ts, double? Temperature, double? Humidity);

/// <summary>The newest readings, all or a page of them.</summary>
/// <param name="Data">One of each device, ordered by device.</param>
/// <param name="NextCursor">Of a page: the cursor of the next one; null when there is none.</param>
internal sealed record LatestReadingsDto(IReadOnlyList<LatestReadingDto> Data, string? NextCursor = null);

/// <summary>One reading, or one bucket of readings, for the document: <see cref="RawPage"/> and <see cref="BucketPage"/> write them.</summary>
/// <param name="Ts">Time of measurement, or the bucket's start.</param>
/// <param name="Temperature">°C; a bucket's mean over time. Null where it is not measured; absent only where `quantities` does not select it.</param>
/// <param name="Humidity">Relative humidity, %; a bucket's mean over time. Null where it is not measured.</param>
/// <param name="Source">Of a reading: the way it came in, mqtt, http or simulated.</param>
/// <param name="DeviceId">Of a room's reading: its device's uid.</param>
/// <param name="Count">Of a bucket: how many readings.</param>
[HasQuantities("", "_min", "_max")]
internal sealed record SeriesRow(
    DateTimeOffset Ts,
    double? Temperature = null,
    double? Humidity = null,
    [property: Choice("mqtt", "http", "simulated"), NeverNull] string? Source = null,
    [property: NeverNull] string? DeviceId = null,
    [property: NeverNull] long? Count = null);

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
