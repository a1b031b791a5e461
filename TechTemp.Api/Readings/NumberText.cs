namespace TechTemp.Api.Readings;

/// <summary>
/// The shortest text of a number, as .NET writes it, faster where it is hundredths, as sensors measure: finding the
/// shortest text of a double takes most of the time in which a large page is written.
/// </summary>
internal static class NumberText
{
    /// <summary>The longest text, in bytes.</summary>
    public const int MaxLength = 16;

    private const int Largest = 100_000_000;

    /// <summary>Writes the text; false where the number is not hundredths.</summary>
    public static bool TryFormat(double value, Span<byte> text, out int length)
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
