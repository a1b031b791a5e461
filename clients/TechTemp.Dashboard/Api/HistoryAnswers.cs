using System.Text.Json.Serialization;

namespace TechTemp.Dashboard.Api;

/// <summary>One reading.</summary>
/// <param name="Ts">Time of measurement.</param>
/// <param name="Values">What was measured, by the keys of the quantities.</param>
/// <param name="DeviceId">The uid of its device, in a room's readings.</param>
[JsonConverter(typeof(Converter))]
public sealed record RawReading(DateTimeOffset Ts, Measured Values, string? DeviceId = null)
{
    private sealed class Converter : MeasuredConverter<RawReading>
    {
        protected override RawReading Make(MeasuredFields fields) => new(fields.Time, new(fields.Numbers), fields.DeviceId);
    }
}

/// <summary>Single readings, newest first.</summary>
/// <param name="Data">The readings.</param>
/// <param name="NextCursor">null when these are all.</param>
public sealed record RawReadings(IReadOnlyList<RawReading> Data, string? NextCursor);

/// <summary>What the page History asks for besides buckets.</summary>
public sealed partial class ApiClient
{
    /// <summary>The newest readings of a device or room in a period.</summary>
    public Task<IReadOnlyList<RawReading>> NewestAsync(SeriesSource source, DateTimeOffset from, DateTimeOffset to, int limit, CancellationToken cancellationToken = default) =>
        DataAsync<IReadOnlyList<RawReading>>($"{source.Path}?from={Time(from)}&to={Time(to)}&bucket=raw&limit={limit}", cancellationToken);

    /// <summary>Single readings of a device or room over a period, newest first, at most 10,000.</summary>
    public Task<RawReadings> ReadingsAsync(SeriesSource source, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default) =>
        SendAsync<RawReadings>(HttpMethod.Get, $"{source.Path}?from={Time(from)}&to={Time(to)}&bucket=raw&limit=10000", null, cancellationToken);
}
