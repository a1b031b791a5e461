using TechTemp.Readings.Quantities;

namespace TechTemp.Readings.Pages;

/// <summary>What a page says of its readings without being decoded.</summary>
/// <param name="Count">How many readings.</param>
/// <param name="First">The time of the first one, unix milliseconds UTC.</param>
/// <param name="Last">The time of the last one.</param>
/// <param name="Columns">Each quantity that any of them has, by the quantities' ids.</param>
public sealed record PageHead(int Count, long First, long Last, QuantitySummary[] Columns)
{
    /// <summary>The count alone, without a look at the rest of the head or its checksum; 0 where it has none.</summary>
    public static int CountOf(ReadOnlySpan<byte> head)
    {
        var source = new PageSource(head);
        source.Byte();
        var count = source.Unsigned();
        return source.IsBroken ? 0 : (int)Math.Min(count, int.MaxValue);
    }
}

/// <summary>What a page says of one quantity.</summary>
/// <param name="Quantity">The quantity.</param>
/// <param name="Count">How many readings have it.</param>
/// <param name="Least">Its least value.</param>
/// <param name="Greatest">Its greatest value.</param>
/// <param name="Integral">The sum of each value times the seconds that it stands for.</param>
/// <param name="Seconds">The sum of those seconds: the mean over time is the integral divided by it.</param>
public readonly record struct QuantitySummary(Quantity Quantity, int Count, double Least, double Greatest, double Integral, long Seconds)
{
    /// <summary>How its values are written (docs/store-format.md).</summary>
    internal byte Form { get; init; }
}
