using TechTemp.Readings.Pages;

namespace TechTemp.Readings.Buckets;

/// <summary>The values of one quantity over an interval: extremes, integral over time, and the time that they stand for (<see cref="ReadingTime"/>).</summary>
public struct QuantityAggregate
{
    /// <summary>The time that the values stand for, seconds; 0 where there is none.</summary>
    public long Seconds { get; private set; }

    /// <summary>The sum of each value times the seconds that it stands for.</summary>
    public double Integral { get; private set; }

    /// <summary>The least value.</summary>
    public double Least { get; private set; }

    /// <summary>The greatest value.</summary>
    public double Greatest { get; private set; }

    /// <summary>Whether there is no value.</summary>
    public readonly bool IsEmpty => Seconds == 0;

    /// <summary>The mean over time.</summary>
    public readonly double Mean => Integral / Seconds;

    /// <summary>What a page says of a quantity, as if each value had been that much higher.</summary>
    public static QuantityAggregate Of(in QuantitySummary summary, double offset) => new()
    {
        Seconds = summary.Seconds,
        Integral = summary.Integral + (summary.Seconds * offset),
        Least = summary.Least + offset,
        Greatest = summary.Greatest + offset,
    };

    /// <summary>Adds values that follow each other.</summary>
    /// <param name="values">At least one, none of them <see cref="double.NaN"/>.</param>
    /// <param name="seconds">The time that each stands for.</param>
    public void Add(ReadOnlySpan<double> values, ReadOnlySpan<long> seconds)
    {
        var (least, greatest) = IsEmpty ? (values[0], values[0]) : (Least, Greatest);
        var (integral, time) = (Integral, Seconds);
        seconds = seconds[..values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            // Not Math.Min, which looks for the sign of zeros and for what is not a number.
            least = value < least ? value : least;
            greatest = value > greatest ? value : greatest;
            integral += value * seconds[i];
            time += seconds[i];
        }

        (Least, Greatest, Integral, Seconds) = (least, greatest, integral, time);
    }

    /// <summary>Adds those of another interval.</summary>
    public void Add(in QuantityAggregate other)
    {
        if (IsEmpty)
        {
            this = other;
            return;
        }

        Seconds += other.Seconds;
        Integral += other.Integral;
        Least = Math.Min(Least, other.Least);
        Greatest = Math.Max(Greatest, other.Greatest);
    }
}
