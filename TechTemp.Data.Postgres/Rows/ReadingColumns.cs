using System.Buffers;
using System.Buffers.Binary;
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

    /// <summary>
    /// Appends a row of the columns ts, temperature, humidity, more and source as bytes: two rows have the same ones when their columns hold the same, to the last bit.
    /// </summary>
    public static void AppendReading(this DbDataReader row, IBufferWriter<byte> bytes)
    {
        var more = row.IsDBNull(3) ? null : row.GetFieldValue<byte[]>(3);
        Span<byte> fixedPart = stackalloc byte[sizeof(long) + (2 * (1 + sizeof(double))) + sizeof(short) + sizeof(int)];
        BinaryPrimitives.WriteInt64LittleEndian(fixedPart, row.GetInt64(0));
        for (var (column, at) = (1, sizeof(long)); column <= 2; column++, at += 1 + sizeof(double))
        {
            var value = row.DoubleOrNull(column);
            fixedPart[at] = value is null ? (byte)0 : (byte)1;
            BinaryPrimitives.WriteDoubleLittleEndian(fixedPart[(at + 1)..], value ?? 0);
        }

        BinaryPrimitives.WriteInt16LittleEndian(fixedPart[^(sizeof(int) + sizeof(short))..], row.GetInt16(4));
        BinaryPrimitives.WriteInt32LittleEndian(fixedPart[^sizeof(int)..], more?.Length ?? -1);
        bytes.Write(fixedPart);
        bytes.Write(more);
    }

    public static double? DoubleOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetDouble(column);

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
