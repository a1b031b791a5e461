using System.Text.Json;

namespace TechTemp.Api.Readings;

/// <summary>
/// Writes numbers as <see cref="Utf8JsonWriter"/> does, faster where they are hundredths, as sensors measure: finding the
/// shortest text of a double takes most of the time in which a large page is written.
/// </summary>
internal static class JsonNumbers
{
    private const int Largest = 1_000_000;

    /// <summary>Writes a property.</summary>
    public static void WriteReading(this Utf8JsonWriter json, JsonEncodedText name, double value)
    {
        Span<byte> text = stackalloc byte[16];
        if (TryFormat(value, text, out var length))
        {
            json.WritePropertyName(name);
            json.WriteRawValue(text[..length], skipInputValidation: true);
        }
        else
        {
            json.WriteNumber(name, value);
        }
    }

    private static bool TryFormat(double value, Span<byte> text, out int length)
    {
        length = 0;
        var hundredths = (int)Math.Round(Math.Clamp(value * 100, -Largest, Largest));
        // Not a negative zero either, which has a text of its own.
        if (hundredths / 100.0 != value || (hundredths == 0 && double.IsNegative(value)))
        {
            return false;
        }

        if (hundredths < 0)
        {
            text[length++] = (byte)'-';
            hundredths = -hundredths;
        }

        var (whole, fraction) = Math.DivRem(hundredths, 100);
        whole.TryFormat(text[length..], out var digits);
        length += digits;
        if (fraction > 0)
        {
            text[length++] = (byte)'.';
            text[length++] = (byte)('0' + fraction / 10);
            if (fraction % 10 > 0)
            {
                text[length++] = (byte)('0' + fraction % 10);
            }
        }

        return true;
    }
}
