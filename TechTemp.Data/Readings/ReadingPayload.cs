using System.Text.Json;
using System.Text.Unicode;
using TechTemp.Data.Rejections;

namespace TechTemp.Data.Readings;

/// <summary>
/// Parses the payload of a reading's topic:
/// <code>
/// {"ts": 1757537685793, "temperature_c": 21.02, "humidity_pct": 63.33}
/// {"ts": 1.757537685793e12, "temperature_c": 0, "humidity_pct": 0, "seq": 7, "seq_oldest": 5, "battery": {"mv": 2900}}
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
    /// <param name="sequence">What it says about the device's counter, also where its reading is refused; null when nothing valid.</param>
    /// <returns>Null when valid, else why not.</returns>
    public static Rejection? Parse(ReadOnlySpan<byte> payload, long now, out Measurement measurement, out SequenceMark? sequence)
    {
        measurement = default;
        sequence = null;
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
            var rejection = ParseObject(payload, out measurement, out sequence);
            return rejection ?? ReadingRules.Check(measurement, now, FieldNames.Mqtt);
        }
        // The reader's own exception for bytes that are not UTF-8 inside a name is InvalidOperationException.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            sequence = null;
            return new(RejectionReasons.InvalidJson, "payload must be one JSON object in UTF-8");
        }
    }

    private static Rejection? ParseObject(ReadOnlySpan<byte> payload, out Measurement measurement, out SequenceMark? sequence)
    {
        measurement = default;
        sequence = null;
        double? ts = null, temperature = null, humidity = null;
        long? seq = null, oldest = null;
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
                seq = ReadCount(ref reader, "seq", ref rejection);
            }
            else if (reader.ValueTextEquals("seq_oldest"u8))
            {
                oldest = ReadCount(ref reader, "seq_oldest", ref rejection);
            }
            else
            {
                reader.Skip();
            }
        }

        // Throws when anything but white space follows the object.
        reader.Read();
        sequence = seq is { } number ? new SequenceMark(number, oldest <= number ? oldest : null) : null;
        rejection ??= ts is null ? Missing("ts")
            : temperature is null ? Missing("temperature_c")
            : humidity is null ? Missing("humidity_pct")
            : oldest > seq ? new(RejectionReasons.OutOfRange, $"seq_oldest must not be above seq ({seq}), was {oldest}")
            : null;
        if (rejection is null)
        {
            measurement = new(Truncate(ts!.Value), temperature!.Value, humidity!.Value);
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

    private static long? ReadCount(ref Utf8JsonReader reader, string field, ref Rejection? rejection)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) && value is >= 0 and <= SequenceMark.MaxNumber)
        {
            return value;
        }

        rejection ??= new(RejectionReasons.InvalidType, $"{field} must be an integer from 0 to {SequenceMark.MaxNumber} (2^53)");
        reader.Skip();
        return null;
    }

    private static Rejection Missing(string field) => new(RejectionReasons.MissingField, $"{field} is required");

    // Exact: every valid time is far below 2^53. Beyond that the conversion saturates and the range check refuses it.
    private static long Truncate(double ts) => (long)ts;
}
