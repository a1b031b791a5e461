using System.Text.Json;

namespace TechTemp.Api.Readings;

/// <summary>An answer that is written as it is made: no row becomes an object first.</summary>
internal abstract class JsonPage : IResult
{
    protected static readonly JsonEncodedText Data = JsonEncodedText.Encode("data");
    protected static readonly JsonEncodedText Ts = JsonEncodedText.Encode("ts");

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        var output = httpContext.Response.BodyWriter;
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        Write(json);
        json.WriteEndObject();
        json.Flush();
        await output.FlushAsync(httpContext.RequestAborted);
    }

    /// <summary>Writes the properties of the answer.</summary>
    protected abstract void Write(Utf8JsonWriter json);
}
