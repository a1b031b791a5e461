using System.Buffers;
using System.Text.Json;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Rules;

namespace TechTemp.Readings.Messages;

/// <summary>
/// The payload of a state's topic, a device's newest reading, calibrated:
/// <code>
/// {"ts": 1757537685793, "temperature_c": 21.02, "humidity_pct": 63.33, "room": "salon", "acked_seq": 1041}
/// {"ts": 1757537685793, "temperature_c": null, "humidity_pct": null, "co2_ppm": 812, "room": null}
/// </code>
/// Temperature and humidity are always there; null means not measured. At a broker without rules anybody may publish there, so it need not be one.
/// </summary>
/// <param name="Ts">Its time of measurement, unix milliseconds UTC.</param>
/// <param name="Values">Its values, finite.</param>
/// <param name="Room">The uid of the room where the device stands; null when none.</param>
/// <param name="AckedSeq">The number of the device's counter up to which every reading is committed or rejected; null when it does not count.</param>
public sealed record StatePayload(long Ts, QuantityValues Values, string? Room, long? AckedSeq = null)
{
    private static readonly long s_maxTs = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
    private static readonly JsonEncodedText[] s_names = [.. QuantityRegistry.All.Select(q => JsonEncodedText.Encode(q.PayloadKey))];

    /// <summary>The payload.</summary>
    public ReadOnlyMemory<byte> ToJson()
    {
        var payload = new ArrayBufferWriter<byte>(128);
        using var json = new Utf8JsonWriter(payload);
        json.WriteStartObject();
        json.WriteNumber("ts"u8, Ts);
        foreach (var quantity in Values.Quantities | QuantitySet.Usual)
        {
            if (Values[quantity] is { } value)
            {
                json.WriteNumber(s_names[quantity.Index], value);
            }
            else
            {
                json.WriteNull(s_names[quantity.Index]);
            }
        }

        json.WriteString("room"u8, Room);
        // A device that does not count is not told of numbers.
        if (AckedSeq is { } acked)
        {
            json.WriteNumber("acked_seq"u8, acked);
        }

        json.WriteEndObject();
        json.Flush();
        return payload.WrittenMemory;
    }

    /// <summary>The state; null when the payload is none. Other fields are tolerated.</summary>
    public static StatePayload? Parse(ReadOnlySpan<byte> payload)
    {
        try
        {
            var reader = new Utf8JsonReader(payload);
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject ? Parse(ref reader) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static StatePayload? Parse(ref Utf8JsonReader reader)
    {
        long? ts = null, acked = null;
        string? room = null;
        var values = default(QuantityValues);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "ts":
                    ts = reader.GetInt64();
                    break;
                case "room":
                    room = reader.GetString();
                    break;
                case "acked_seq":
                    acked = reader.TokenType == JsonTokenType.Null ? null : reader.GetInt64();
                    break;
                default:
                    if (QuantityRegistry.FindByPayloadKey(name) is not { } quantity)
                    {
                        reader.Skip();
                    }
                    else if (reader.TokenType != JsonTokenType.Null)
                    {
                        values.Set(quantity, reader.GetDouble());
                    }

                    break;
            }
        }

        // Nothing but white space may follow the object.
        return !reader.Read() && ts >= ReadingRules.MinTs && ts <= s_maxTs && IsFinite(values) ? new(ts.Value, values, room, acked) : null;
    }

    // A number too large for a double is read as infinite, which JSON cannot say.
    private static bool IsFinite(QuantityValues values) => !values.IsEmpty && values.Quantities.All(q => double.IsFinite(values.ValueOrZero(q)));
}
