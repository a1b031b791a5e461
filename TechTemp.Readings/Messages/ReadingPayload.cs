using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Rules;
using TechTemp.Readings.Sequences;

namespace TechTemp.Readings.Messages;

/// <summary>
/// Parses the payload of a reading's topic:
/// <code>
/// {"ts": 1757537685793, "temperature_c": 21.02, "humidity_pct": 63.33}
/// {"ts": 1.757537685793e12, "co2_ppm": 812, "humidity_pct": null, "seq": 7, "seq_oldest": 5, "battery": {"mv": 2900}}
/// </code>
/// Order and white space are free, other fields are tolerated, of a field given twice the last value holds (as JSON
/// parsers do), though each must be valid, and a time's fraction is truncated. null means not measured.
/// </summary>
public static class ReadingPayload
{
    /// <summary>The longest valid payload, in bytes.</summary>
    public const int MaxBytes = 8 * 1024;

    private static readonly byte[][] s_names = [.. QuantityRegistry.All.Select(q => Encoding.UTF8.GetBytes(q.PayloadKey))];

    /// <summary>Parses and checks a payload.</summary>
    /// <param name="payload">UTF-8 JSON.</param>
    /// <param name="now">Time of receipt, unix milliseconds UTC.</param>
    /// <param name="content">What it says, as far as it is valid.</param>
    /// <returns>Null when it is valid, or valid but for some values, else why not.</returns>
    public static Rejection? Parse(ReadOnlySpan<byte> payload, long now, out ReadingContent content)
    {
        content = default;
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
            if (ParseObject(payload, out var measurement, out var sequence) is { } rejection)
            {
                content = new(default, sequence, null);
                return rejection;
            }

            rejection = ReadingRules.Check(ref measurement, now, FieldNames.Mqtt, out var ofValues);
            content = new(measurement, sequence, ofValues);
            return rejection;
        }
        // The reader's own exception for bytes that are not UTF-8 inside a name is InvalidOperationException.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            content = default;
            return new(RejectionReasons.InvalidJson, "payload must be one JSON object in UTF-8");
        }
    }

    private static Rejection? ParseObject(ReadOnlySpan<byte> payload, out Measurement measurement, out SequenceMark? sequence)
    {
        measurement = default;
        sequence = null;
        double? ts = null;
        var values = default(QuantityValues);
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
                ts = ReadNumber(ref reader, "ts", mayBeNull: false, ref rejection);
            }
            else if (reader.ValueTextEquals("seq"u8))
            {
                seq = ReadCount(ref reader, "seq", ref rejection);
            }
            else if (reader.ValueTextEquals("seq_oldest"u8))
            {
                oldest = ReadCount(ref reader, "seq_oldest", ref rejection);
            }
            else if (Quantity(ref reader) is { } quantity)
            {
                values[quantity] = ReadNumber(ref reader, quantity.PayloadKey, mayBeNull: true, ref rejection);
            }
            else
            {
                reader.Skip();
            }
        }

        // Throws when anything but white space follows the object.
        reader.Read();
        sequence = seq is { } number ? new SequenceMark(number, oldest <= number ? oldest : null) : null;
        rejection ??= ts is null ? new(RejectionReasons.MissingField, "ts is required")
            : values.IsEmpty ? new(RejectionReasons.MissingField, FieldNames.Mqtt.AnyQuantity)
            : oldest > seq ? new(RejectionReasons.OutOfRange, $"seq_oldest must not be above seq ({seq}), was {oldest}")
            : null;
        if (rejection is null)
        {
            measurement = new(Truncate(ts!.Value), values);
        }

        return rejection;
    }

    private static Quantity? Quantity(ref Utf8JsonReader reader)
    {
        for (var i = 0; i < s_names.Length; i++)
        {
            if (reader.ValueTextEquals(s_names[i]))
            {
                return QuantityRegistry.All[i];
            }
        }

        return null;
    }

    private static double? ReadNumber(ref Utf8JsonReader reader, string field, bool mayBeNull, ref Rejection? rejection)
    {
        reader.Read();
        if (mayBeNull && reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

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

    // Exact: every valid time is far below 2^53. Beyond that the conversion saturates and the range check refuses it.
    private static long Truncate(double ts) => (long)ts;
}

/// <summary>What the payload of a reading says.</summary>
/// <param name="Measurement">What was measured, where it is valid.</param>
/// <param name="Sequence">What it says about the device's counter, also where its reading is refused; null when nothing valid.</param>
/// <param name="ValueRejection">Why some of its values are refused, while the measurement has the others; null when none is.</param>
public readonly record struct ReadingContent(Measurement Measurement, SequenceMark? Sequence, Rejection? ValueRejection);
