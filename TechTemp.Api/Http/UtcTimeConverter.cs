using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TechTemp.Api.Http;

/// <summary>Writes every time in the one format of the contract, <c>2025-09-10T20:54:45.793Z</c>; reads any offset.</summary>
internal sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
{
    public const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && QueryTime.TryParse(reader.GetString(), endOfDay: false, out var time)
            ? time
            : throw new JsonException(QueryTime.Rule);

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<char> text = stackalloc char[24];
        value.UtcDateTime.TryFormat(text, out var length, Format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}
