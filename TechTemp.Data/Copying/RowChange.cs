using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Copying;

/// <summary>What makes the rows of one store like those of another: all between the first and the last difference is replaced.</summary>
/// <param name="Gone">The times of the first and the last row to delete; null for none.</param>
/// <param name="New">The rows to insert; null for none.</param>
internal sealed record RowChange((long First, long Last)? Gone, PageReadings? New)
{
    /// <summary>Compares rows, to the last bit.</summary>
    /// <param name="source">Those that are to be there; null for none.</param>
    /// <param name="target">Those that are there; null for none.</param>
    /// <returns>Null where they are the same.</returns>
    public static RowChange? Of(PageReadings? source, PageReadings? target)
    {
        var (wanted, there) = (source?.Times.Length ?? 0, target?.Times.Length ?? 0);
        var (one, other) = (ColumnsOf(source), ColumnsOf(target));
        var first = 0;
        while (first < wanted && first < there && IsSame(source!, one, first, target!, other, first))
        {
            first++;
        }

        var after = 0;
        while (after < wanted - first && after < there - first && IsSame(source!, one, wanted - 1 - after, target!, other, there - 1 - after))
        {
            after++;
        }

        return first == wanted && first == there ? null : new(
            first + after < there ? (target!.Times[first], target.Times[there - 1 - after]) : null,
            first + after < wanted ? source!.Slice(first, wanted - after - first) : null);
    }

    // By the quantities; null for one that no reading has.
    private static double[]?[] ColumnsOf(PageReadings? readings)
    {
        var columns = new double[]?[QuantityRegistry.Count];
        foreach (var column in readings?.Columns ?? [])
        {
            columns[column.Quantity.Index] = column.Values;
        }

        return columns;
    }

    private static bool IsSame(PageReadings one, double[]?[] columnsOfOne, int i, PageReadings other, double[]?[] columnsOfOther, int j)
    {
        if (one.Times[i] != other.Times[j] || one.Sources[i] != other.Sources[j])
        {
            return false;
        }

        for (var quantity = 0; quantity < columnsOfOne.Length; quantity++)
        {
            var (value, otherValue) = (columnsOfOne[quantity]?[i] ?? double.NaN, columnsOfOther[quantity]?[j] ?? double.NaN);
            if (BitConverter.DoubleToInt64Bits(value) != BitConverter.DoubleToInt64Bits(otherValue) && !(double.IsNaN(value) && double.IsNaN(otherValue)))
            {
                return false;
            }
        }

        return true;
    }
}
