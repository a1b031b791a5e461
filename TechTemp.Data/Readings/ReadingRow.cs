using System.Buffers.Binary;
using System.Data.Common;
using TechTemp.Data.Store;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Readings;

/// <summary>
/// How the values of a reading stand in its row: temperature and humidity in columns of their own, hundredths mostly (<see cref="StoredNumber"/>), the others
/// together in <c>more</c>: for each the number of the quantity in a byte and the value as a little-endian double.
/// </summary>
internal static class ReadingRow
{
    /// <summary>The columns of the values.</summary>
    public const string ValueColumns = "temperature, humidity, more";

    private const int BytesOfValue = 1 + sizeof(double);
    private const int MostBytes = BytesOfValue * QuantityRegistry.Count;

    /// <summary>Binds the values to three parameters that follow each other.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="parameter">The first of the parameters.</param>
    /// <param name="values">The values.</param>
    public static Statement BindValues(this Statement statement, int parameter, in QuantityValues values)
    {
        statement.BindNumber(parameter, values[QuantityRegistry.Temperature]).BindNumber(parameter + 1, values[QuantityRegistry.Humidity]);
        Span<byte> more = stackalloc byte[MostBytes];
        return Write(values, more) is > 0 and var length ? statement.Bind(parameter + 2, more[..length]) : statement.Bind(parameter + 2, (string?)null);
    }

    /// <summary>The values that stand in three columns that follow each other.</summary>
    /// <param name="row">A statement that stands on a row.</param>
    /// <param name="column">The first of the columns.</param>
    public static QuantityValues Values(this Statement row, int column)
    {
        var values = default(QuantityValues);
        if (!row.IsNull(column))
        {
            values.Set(QuantityRegistry.Temperature, row.Number(column));
        }

        if (!row.IsNull(column + 1))
        {
            values.Set(QuantityRegistry.Humidity, row.Number(column + 1));
        }

        Read(row.Blob(column + 2), ref values);
        return values;
    }

    /// <inheritdoc cref="Values(Statement, int)"/>
    public static QuantityValues Values(this DbDataReader row, int column)
    {
        var values = new QuantityValues(row.NumberOrNull(column), row.NumberOrNull(column + 1));
        if (!row.IsDBNull(column + 2))
        {
            Read(row.GetFieldValue<byte[]>(column + 2), ref values);
        }

        return values;
    }

    /// <summary>What the column <c>more</c> holds of some values; null for nothing.</summary>
    public static byte[]? More(in QuantityValues values)
    {
        Span<byte> more = stackalloc byte[MostBytes];
        return Write(values, more) is > 0 and var length ? more[..length].ToArray() : null;
    }

    /// <summary>Adds what the column <c>more</c> holds. A quantity that this program does not know is left out.</summary>
    public static void Read(ReadOnlySpan<byte> more, ref QuantityValues values)
    {
        for (; more.Length >= BytesOfValue; more = more[BytesOfValue..])
        {
            if (QuantityRegistry.Find(more[0]) is { } quantity)
            {
                values.Set(quantity, BinaryPrimitives.ReadDoubleLittleEndian(more[1..]));
            }
        }
    }

    /// <summary>Whether this is what the column <c>more</c> may hold: valid values of quantities by rising ids.</summary>
    public static bool IsValid(ReadOnlySpan<byte> more)
    {
        if (more.IsEmpty || more.Length % BytesOfValue != 0)
        {
            return false;
        }

        for (var last = QuantityRegistry.Humidity.Id; more.Length > 0; more = more[BytesOfValue..])
        {
            if (more[0] <= last || QuantityRegistry.Find(more[0])?.IsValid(BinaryPrimitives.ReadDoubleLittleEndian(more[1..])) != true)
            {
                return false;
            }

            last = more[0];
        }

        return true;
    }

    private static int Write(in QuantityValues values, Span<byte> more)
    {
        var length = 0;
        foreach (var quantity in new QuantitySet(values.Quantities.Bits & ~QuantitySet.Usual.Bits))
        {
            more[length] = quantity.Id;
            BinaryPrimitives.WriteDoubleLittleEndian(more[(length + 1)..], values.ValueOrZero(quantity));
            length += BytesOfValue;
        }

        return length;
    }
}
