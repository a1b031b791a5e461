using System.Text.Json;
using TechTemp.Data.Readings;

namespace TechTemp.Api.Readings;

/// <summary>A page of single readings, written as they are read from the store.</summary>
/// <param name="series">What they are the readings of.</param>
/// <param name="readings">Newest first.</param>
/// <param name="limit">How many at most.</param>
/// <param name="namesDevices">Whether each names its device: a room's do.</param>
internal sealed class RawPage(Series series, IEnumerable<SeriesReading> readings, int limit, bool namesDevices) : IResult
{
    private const int FlushAt = 16 * 1024;
    private static readonly JsonEncodedText s_data = JsonEncodedText.Encode("data");
    private static readonly JsonEncodedText s_ts = JsonEncodedText.Encode("ts");
    private static readonly JsonEncodedText s_temperature = JsonEncodedText.Encode("temperature");
    private static readonly JsonEncodedText s_humidity = JsonEncodedText.Encode("humidity");
    private static readonly JsonEncodedText s_source = JsonEncodedText.Encode("source");
    private static readonly JsonEncodedText s_deviceId = JsonEncodedText.Encode("device_id");
    private static readonly JsonEncodedText s_nextCursor = JsonEncodedText.Encode("next_cursor");
    private static readonly JsonEncodedText[] s_sources = [.. Enum.GetValues<ReadingSource>().Select(s => JsonEncodedText.Encode(s.ToText()))];

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        var output = httpContext.Response.BodyWriter;
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        json.WriteStartArray(s_data);
        var text = new UtcText();
        var count = 0;
        var last = default(SeriesReading);
        string? cursor = null;
        foreach (var reading in readings)
        {
            if (count++ == limit)
            {
                cursor = SeriesQuery.CursorAfter(last.Ts, namesDevices ? last.DeviceId : null);
                break;
            }

            last = reading;
            Write(json, reading, text);
            if (json.BytesPending > FlushAt)
            {
                json.Flush();
                await output.FlushAsync(httpContext.RequestAborted);
            }
        }

        json.WriteEndArray();
        json.WriteString(s_nextCursor, cursor);
        json.WriteEndObject();
        json.Flush();
        await output.FlushAsync(httpContext.RequestAborted);
    }

    private void Write(Utf8JsonWriter json, in SeriesReading reading, UtcText text)
    {
        json.WriteStartObject();
        json.WriteString(s_ts, text.Format(reading.Ts));
        json.WriteNumber(s_temperature, reading.Temperature);
        json.WriteNumber(s_humidity, reading.Humidity);
        json.WriteString(s_source, s_sources[(int)reading.Source]);
        if (namesDevices)
        {
            json.WriteString(s_deviceId, series.DeviceUids[reading.DeviceId]);
        }

        json.WriteEndObject();
    }
}
