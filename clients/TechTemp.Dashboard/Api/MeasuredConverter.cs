using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TechTemp.Dashboard.Api;

/// <summary>Reads an object of an answer whose numbers are named by quantities. A null is a number that was not measured; what is neither text nor number is skipped.</summary>
internal abstract class MeasuredConverter<T> : JsonConverter<T>
{
    /// <inheritdoc />
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException($"An object was expected, not {reader.TokenType}.");
        }

        var fields = new MeasuredFields();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = MeasuredNames.Of(reader);
            reader.Read();
            switch (reader.TokenType)
            {
                case JsonTokenType.Number:
                    fields.Numbers.Add(new(name, reader.GetDouble()));
                    break;
                case JsonTokenType.String when name is "ts" or "from":
                    fields.Time = reader.GetDateTimeOffset();
                    break;
                case JsonTokenType.String when name == "device_id":
                    fields.DeviceId = reader.GetString();
                    break;
                case JsonTokenType.String when name == "room_id":
                    fields.RoomId = reader.GetString();
                    break;
                default:
                    // Skip refuses to work on a part of an answer, even where the whole object is in it, as it is here.
                    reader.TrySkip();
                    break;
            }
        }

        return Make(fields);
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => throw new NotSupportedException("The API is not sent its own answers.");

    /// <summary>Makes the answer.</summary>
    protected abstract T Make(MeasuredFields fields);
}

/// <summary>What an object of an answer has.</summary>
internal sealed class MeasuredFields
{
    /// <summary>Its <c>ts</c> or <c>from</c>.</summary>
    public DateTimeOffset Time { get; set; }

    /// <summary>Its <c>device_id</c>.</summary>
    public string? DeviceId { get; set; }

    /// <summary>Its <c>room_id</c>.</summary>
    public string? RoomId { get; set; }

    /// <summary>Its numbers.</summary>
    public List<KeyValuePair<string, double>> Numbers { get; } = [];
}

/// <summary>The names of numbers, each once: thousands of readings have the same ones.</summary>
internal static class MeasuredNames
{
    private const int MostKept = 1_000;
    private const int LongestKept = 64;

    private static readonly ConcurrentDictionary<string, string> s_names = new();
    private static readonly ConcurrentDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> s_lookup = s_names.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The name that the reader stands on.</summary>
    public static string Of(in Utf8JsonReader reader)
    {
        if (reader.HasValueSequence || reader.ValueSpan.Length > LongestKept)
        {
            return reader.GetString()!;
        }

        Span<char> name = stackalloc char[LongestKept];
        name = name[..reader.CopyString(name)];
        if (s_lookup.TryGetValue(name, out var known))
        {
            return known;
        }

        var text = name.ToString();
        return s_names.Count < MostKept ? s_names.GetOrAdd(text, text) : text;
    }
}
