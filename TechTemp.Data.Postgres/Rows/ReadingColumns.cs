using System.Data.Common;
using TechTemp.Data.Readings;
using TechTemp.Readings.Calibrations;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Postgres.Rows;

/// <summary>How the values of a reading stand in three columns that follow each other: temperature and humidity as they are, the others as <see cref="MoreValues"/>.</summary>
internal static class ReadingColumns
{
    /// <summary>The values; nothing where the columns are NULL.</summary>
    /// <param name="row">The row.</param>
    /// <param name="column">The first of the columns.</param>
    public static QuantityValues Values(this DbDataReader row, int column)
    {
        var values = new QuantityValues(row.DoubleOrNull(column), row.DoubleOrNull(column + 1));
        if (!row.IsDBNull(column + 2))
        {
            MoreValues.Read(row.GetFieldValue<byte[]>(column + 2), ref values);
        }

        return values;
    }

    public static double? DoubleOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetDouble(column);

    public static long? LongOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    public static string? TextOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>What three columns of offsets, which follow each other, say. An offset of 0 is none.</summary>
    /// <param name="row">The row.</param>
    /// <param name="column">The first of the columns.</param>
    public static Correction Correction(this DbDataReader row, int column)
    {
        var stored = row.Values(column);
        var offsets = default(QuantityValues);
        foreach (var quantity in stored.Quantities)
        {
            if (stored.ValueOrZero(quantity) is var offset && offset != 0)
            {
                offsets.Set(quantity, offset);
            }
        }

        return TechTemp.Readings.Calibrations.Correction.Of(offsets);
    }
}
