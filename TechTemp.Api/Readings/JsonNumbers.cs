using System.Text.Json;

namespace TechTemp.Api.Readings;

/// <summary>Writes numbers as <see cref="Utf8JsonWriter"/> does, faster where they are hundredths.</summary>
internal static class JsonNumbers
{
    /// <summary>Writes a property; null where there is no value.</summary>
    public static void WriteReading(this Utf8JsonWriter json, JsonEncodedText name, double? value)
    {
        if (value is not { } number)
        {
            json.WriteNull(name);
            return;
        }

        Span<byte> text = stackalloc byte[NumberText.MaxLength];
        if (NumberText.TryFormat(number, text, out var length))
        {
            json.WritePropertyName(name);
            json.WriteRawValue(text[..length], skipInputValidation: true);
        }
        else
        {
            json.WriteNumber(name, number);
        }
    }
}
