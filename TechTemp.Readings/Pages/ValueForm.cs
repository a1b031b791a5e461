using System.Numerics;
using System.Runtime.InteropServices;

namespace TechTemp.Readings.Pages;

/// <summary>How the values of one quantity are written: as integers of a decimal scale where that is exact, to the last bit, and as doubles where it is not.</summary>
internal readonly record struct ValueForm(byte Scale, bool IsRaw)
{
    /// <summary>The finest scale: nine decimals.</summary>
    public const int FinestScale = 9;

    // An integral is the sum of them times seconds, of which a day has fewer than 2^18.
    private const double LargestScaled = 1L << 44;

    // Each exception costs about ten bytes.
    private const int MostExceptions = 16;

    private static readonly double[] s_powers = [.. Enumerable.Range(0, FinestScale + 1).Select(scale => Math.Pow(10, scale))];

    /// <summary>As doubles of eight bytes.</summary>
    public static ValueForm Raw { get; } = new(0, true);

    /// <summary>The coarsest scale in which nearly all values are exact.</summary>
    public static ValueForm For(ReadOnlySpan<double> values)
    {
        for (byte scale = 0; scale <= FinestScale; scale++)
        {
            var form = new ValueForm(scale, false);
            var exceptions = 0;
            foreach (var value in values)
            {
                exceptions += form.TryScale(value, out _) ? 0 : 1;
            }

            if (exceptions <= values.Length / MostExceptions)
            {
                return form;
            }
        }

        return Raw;
    }

    /// <summary>The integer of a value; false where it is not exactly the value.</summary>
    public bool TryScale(double value, out long scaled)
    {
        var product = Math.Round(value * s_powers[Scale]);
        scaled = Math.Abs(product) < LargestScaled ? (long)product : 0;
        return Math.Abs(product) < LargestScaled && BitConverter.DoubleToInt64Bits(Value(scaled)) == BitConverter.DoubleToInt64Bits(value);
    }

    /// <summary>The value of an integer: the double nearest to the decimal fraction (IEEE 754, section 5.4.1: division is rounded correctly).</summary>
    public double Value(long scaled) => scaled / s_powers[Scale];

    /// <summary>The values of integers that are given by the differences between them.</summary>
    /// <param name="scaled">The integer before the first difference.</param>
    /// <param name="differences">The differences, zigzag.</param>
    /// <param name="values">Gets the values; as long as the differences.</param>
    public void Sum(long scaled, ReadOnlySpan<ulong> differences, Span<double> values)
    {
        values = values[..differences.Length];
        for (var i = 0; i < differences.Length; i++)
        {
            scaled += PageSource.UnZigZag(differences[i]);
            values[i] = scaled;
        }

        Divide(values, s_powers[Scale]);
    }

    // Several at a time, each rounded as one alone.
    private static void Divide(Span<double> values, double power)
    {
        var vectors = MemoryMarshal.Cast<double, Vector<double>>(values);
        var divisor = new Vector<double>(power);
        foreach (ref var vector in vectors)
        {
            vector /= divisor;
        }

        foreach (ref var value in values[(vectors.Length * Vector<double>.Count)..])
        {
            value /= power;
        }
    }
}
