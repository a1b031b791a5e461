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
        var scaled = value * 100;
        if (!(Math.Abs(scaled) < Largest))
        {
            return false;
        }

        var signed = (int)Math.Round(scaled);
        // Not a negative zero either, which has a text of its own.
        if (signed / 100.0 != value || (signed == 0 && double.IsNegative(value)))
        {
            return false;
        }

        if (signed < 0)
        {
            text[length++] = (byte)'-';
            signed = -signed;
        }

        var (whole, fraction) = Math.DivRem((uint)signed, 100u);
        if (whole < 10)
        {
            text[length++] = (byte)('0' + whole);
        }
        else if (whole < 100)
        {
            var (tens, ones) = Math.DivRem(whole, 10u);
            text[length++] = (byte)('0' + tens);
            text[length++] = (byte)('0' + ones);
        }
        else
        {
            whole.TryFormat(text[length..], out var digits);
            length += digits;
        }

        if (fraction > 0)
        {
            var (tenths, hundredths) = Math.DivRem(fraction, 10u);
            text[length++] = (byte)'.';
            text[length++] = (byte)('0' + tenths);
            if (hundredths > 0)
            {
                text[length++] = (byte)('0' + hundredths);
            }
        }

        return true;
    }
}
