using TechTemp.Readings.Quantities;

namespace TechTemp.Readings.Pages;

/// <summary>The readings of a page, column by column.</summary>
/// <param name="Times">Unix milliseconds UTC, rising.</param>
/// <param name="Sources">The way each came in, as the store numbers it.</param>
/// <param name="Columns">The values of each quantity that any of them has, by the quantities' ids.</param>
public sealed record PageReadings(long[] Times, byte[] Sources, PageColumn[] Columns)
{
    /// <summary>The distance of each reading to the next one, milliseconds, where all are known to be the same.</summary>
    internal long? Step { get; init; }

    /// <summary>The index of the first reading of a moment or later; their number where all are earlier.</summary>
    /// <param name="times">The times of the readings, unix milliseconds UTC, rising; one or more.</param>
    /// <param name="ts">The moment.</param>
    internal static int FirstAt(long[] times, long ts)
    {
        if (ts <= times[0])
        {
            return 0;
        }

        var found = ts > times[^1] ? times.Length : Array.BinarySearch(times, ts);
        return found < 0 ? ~found : found;
    }

    /// <summary>The values of one of the readings.</summary>
    /// <param name="index">The index of the reading.</param>
    public QuantityValues ValuesAt(int index)
    {
        var values = default(QuantityValues);
        foreach (var column in Columns)
        {
            if (column.Values[index] is var value && !double.IsNaN(value))
            {
                values.Set(column.Quantity, value);
            }
        }

        return values;
    }

    /// <summary>The values of a quantity, one for each reading; <see cref="double.NaN"/> where the reading lacks it.</summary>
    public double[] Values(Quantity quantity)
    {
        foreach (var column in Columns)
        {
            if (column.Quantity == quantity)
            {
                return column.Values;
            }
        }

        var none = new double[Times.Length];
        Array.Fill(none, double.NaN);
        return none;
    }

    /// <summary>Some of the readings that follow each other; a quantity that none of them has is left out.</summary>
    /// <param name="first">The index of the first one.</param>
    /// <param name="count">How many, 1 or more.</param>
    public PageReadings Slice(int first, int count) => new(
        Times[first..(first + count)],
        Sources[first..(first + count)],
        [.. Columns.Select(c => new PageColumn(c.Quantity, c.Values[first..(first + count)])).Where(c => !Array.TrueForAll(c.Values, double.IsNaN))]);

    /// <summary>The readings of some moments; a quantity that none of them has is left out.</summary>
    /// <param name="isKept">Whether those of a time, unix milliseconds UTC, are kept.</param>
    public PageReadings Where(Func<long, bool> isKept)
    {
        int[] kept = [.. Enumerable.Range(0, Times.Length).Where(i => isKept(Times[i]))];
        return new(
            Array.ConvertAll(kept, i => Times[i]),
            Array.ConvertAll(kept, i => Sources[i]),
            [.. Columns.Select(c => c with { Values = Array.ConvertAll(kept, i => c.Values[i]) }).Where(c => !Array.TrueForAll(c.Values, double.IsNaN))]);
    }

    /// <summary>All but some of the readings that follow each other; null when none is left.</summary>
    /// <param name="first">The index of the first one that is left out.</param>
    /// <param name="count">How many are left out.</param>
    public PageReadings? Without(int first, int count) => count == Times.Length ? null : new(
        [.. Times[..first], .. Times[(first + count)..]],
        [.. Sources[..first], .. Sources[(first + count)..]],
        [.. Columns.Select(c => new PageColumn(c.Quantity, [.. c.Values[..first], .. c.Values[(first + count)..]])).Where(c => !Array.TrueForAll(c.Values, double.IsNaN))]);
}

/// <summary>The values of a quantity.</summary>
/// <param name="Quantity">The quantity.</param>
/// <param name="Values">One for each reading; <see cref="double.NaN"/> where the reading lacks it.</param>
public sealed record PageColumn(Quantity Quantity, double[] Values)
{
    private bool? _isWhole;

    /// <summary>The least and the greatest value, where they are known.</summary>
    internal (double Least, double Greatest)? Range { get; init; }

    /// <summary>Whether each reading has the quantity.</summary>
    public bool IsWhole
    {
        get => _isWhole ??= !Array.Exists(Values, double.IsNaN);
        init => _isWhole = value;
    }

    /// <summary>The readings that have the quantity.</summary>
    /// <param name="times">The time of each reading.</param>
    public (long[] Times, double[] Values) Present(long[] times) =>
        IsWhole ? (times, Values) : ([.. times.Where((_, i) => !double.IsNaN(Values[i]))], [.. Values.Where(v => !double.IsNaN(v))]);
}
