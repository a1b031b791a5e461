using System.Text.Json;
using System.Text.Unicode;
using TechTemp.Data.Rejections;

namespace TechTemp.Data.Readings;

/// <summary>
/// Parses the payload of a reading's topic:
/// <code>
/// {"ts": 1757537685793, "temperature_c": 21.02, "humidity_pct": 63.33}
/// {"ts": 1.757537685793e12, "temperature_c": 0, "humidity_pct": 0, "seq": 7, "battery": {"mv": 2900}}
/// </code>
/// Order and white space are free, other fields are tolerated, of a field given twice the last value holds (as JSON
/// parsers do), though each must be valid, and a time's fraction is truncated.
/// </summary>
public static class ReadingPayload
{
    /// <summary>The longest valid payload, in bytes.</summary>
    public const int MaxBytes = 8 * 1024;

    /// <summary>Parses and checks a payload.</summary>
    /// <param name="payload">UTF-8 JSON.</param>
    /// <param name="now">Time of receipt, unix milliseconds UTC.</param>
    /// <param name="measurement">What was measured, when valid.</param>
    /// <returns>Null when valid, else why not.</returns>
    public static Rejection? Parse(ReadOnlySpan<byte> payload, long now, out Measurement measurement)
    {
        measurement = default;
        if (payload.Length > MaxBytes)
        {
            return new(RejectionReasons.PayloadTooLarge, $"payload must be at most {MaxBytes} bytes, was {payload.Length}");
        }

        // The reader does not look into the strings that it skips.
        if (!Utf8.IsValid(payload))
        {
            return new(RejectionReasons.InvalidJson, "payload must be one JSON object in UTF-8");
        }

        try
        {
            var rejection = ParseObject(payload, out measurement);
            return rejection ?? ReadingRules.Check(measurement, now, FieldNames.Mqtt);
        }
        // The reader's own exception for bytes that are not UTF-8 inside a name is InvalidOperationException.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new(RejectionReasons.InvalidJson, "payload must be one JSON object in UTF-8");
        }
    }

    private static Rejection? ParseObject(ReadOnlySpan<byte> payload, out Measurement measurement)
    {
        measurement = default;
        double? ts = null, temperature = null, humidity = null;
        long? seq = null;
        Rejection? rejection = null;

        var reader = new Utf8JsonReader(payload);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return new(RejectionReasons.InvalidJson, "payload must be one JSON object");
        }

        // The first fault is reported, yet only after the whole payload has proved to be JSON.
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("ts"u8))
            {
                ts = ReadNumber(ref reader, "ts", ref rejection);
            }
            else if (reader.ValueTextEquals("temperature_c"u8))
            {
                temperature = ReadNumber(ref reader, "temperature_c", ref rejection);
            }
            else if (reader.ValueTextEquals("humidity_pct"u8))
            {
                humidity = ReadNumber(ref reader, "humidity_pct", ref rejection);
            }
            else if (reader.ValueTextEquals("seq"u8))
            {
                seq = ReadSequence(ref reader, ref rejection);
            }
            else
            {
                reader.Skip();
            }
        }

        // Throws when anything but white space follows the object.
        reader.Read();
        rejection ??= ts is null ? Missing("ts")
            : temperature is null ? Missing("temperature_c")
            : humidity is null ? Missing("humidity_pct")
            : null;
        if (rejection is null)
        {
            measurement = new(Truncate(ts!.Value), temperature!.Value, humidity!.Value, seq);
        }

        return rejection;
    }

    private static double? ReadNumber(ref Utf8JsonReader reader, string field, ref Rejection? rejection)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var value) && double.IsFinite(value))
        {
            return value;
        }

        rejection ??= new(RejectionReasons.InvalidType, $"{field} must be a finite number");
        reader.Skip();
        return null;
    }

    private static long? ReadSequence(ref Utf8JsonReader reader, ref Rejection? rejection)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) && value >= 0)
        {
            return value;
        }

        rejection ??= new(RejectionReasons.InvalidType, "seq must be an integer, 0 or more");
        reader.Skip();
        return null;
    }

    private static Rejection Missing(string field) => new(RejectionReasons.MissingField, $"{field} is required");

    // Exact: every valid time is far below 2^53. Beyond that the conversion saturates and the range check refuses it.
    private static long Truncate(double ts) => (long)ts;
}
