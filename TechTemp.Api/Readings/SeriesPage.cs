using System.Text.Json;

namespace TechTemp.Api.Readings;

/// <summary>A page of a series, written as it is read from the store: no row becomes an object first.</summary>
internal abstract class SeriesPage : IResult
{
    protected static readonly JsonEncodedText Ts = JsonEncodedText.Encode("ts");
    protected static readonly JsonEncodedText Temperature = JsonEncodedText.Encode("temperature");
    protected static readonly JsonEncodedText Humidity = JsonEncodedText.Encode("humidity");
    private static readonly JsonEncodedText s_data = JsonEncodedText.Encode("data");
    private static readonly JsonEncodedText s_nextCursor = JsonEncodedText.Encode("next_cursor");

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        var output = httpContext.Response.BodyWriter;
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        json.WriteStartArray(s_data);
        var cursor = WriteRows(json);
        json.WriteEndArray();
        json.WriteString(s_nextCursor, cursor);
        json.WriteEndObject();
        json.Flush();
        await output.FlushAsync(httpContext.RequestAborted);
    }

    /// <summary>Writes the rows of the page.</summary>
    /// <returns>The cursor of the next page; null when there is none.</returns>
    protected abstract string? WriteRows(Utf8JsonWriter json);
}
