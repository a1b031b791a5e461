using System.Text.Json;

namespace TechTemp.Api.Readings;

/// <summary>A page of a series, written as it is read from the store.</summary>
internal abstract class SeriesPage : JsonPage
{
    private static readonly JsonEncodedText s_nextCursor = JsonEncodedText.Encode("next_cursor");

    protected sealed override void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray(Data);
        var cursor = WriteRows(json);
        json.WriteEndArray();
        json.WriteString(s_nextCursor, cursor);
    }

    /// <summary>Writes the rows of the page.</summary>
    /// <returns>The cursor of the next page; null when there is none.</returns>
    protected abstract string? WriteRows(Utf8JsonWriter json);
}
