using System.Data.Common;
using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Sqlite.Rows;

/// <summary>
/// How the values of a reading stand in its row: temperature and humidity in columns of their own, hundredths mostly (<see cref="StoredNumber"/>), the others
/// together in <c>more</c> (<see cref="MoreValues"/>).
/// </summary>
internal static class ReadingRow
{
    /// <summary>The columns of the values.</summary>
    public const string ValueColumns = "temperature, humidity, more";

    /// <summary>Binds the values to three parameters that follow each other.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="parameter">The first of the parameters.</param>
    /// <param name="values">The values.</param>
    public static Statement BindValues(this Statement statement, int parameter, in QuantityValues values)
    {
        statement.BindNumber(parameter, values[QuantityRegistry.Temperature]).BindNumber(parameter + 1, values[QuantityRegistry.Humidity]);
        Span<byte> more = stackalloc byte[MoreValues.MostBytes];
        return MoreValues.Write(values, more) is > 0 and var length ? statement.Bind(parameter + 2, more[..length]) : statement.Bind(parameter + 2, (string?)null);
    }

    /// <summary>The values that stand in three columns that follow each other.</summary>
    /// <param name="row">A statement that stands on a row.</param>
    /// <param name="column">The first of the columns.</param>
    public static QuantityValues Values(this Statement row, int column)
    {
        var values = default(QuantityValues);
        if (row.TryNumber(column, out var temperature))
        {
            values.Set(QuantityRegistry.Temperature, temperature);
        }

        if (row.TryNumber(column + 1, out var humidity))
        {
            values.Set(QuantityRegistry.Humidity, humidity);
        }

        MoreValues.Read(row.Blob(column + 2), ref values);
        return values;
    }

    /// <inheritdoc cref="Values(Statement, int)"/>
    public static QuantityValues Values(this DbDataReader row, int column)
    {
        var values = new QuantityValues(row.NumberOrNull(column), row.NumberOrNull(column + 1));
        if (!row.IsDBNull(column + 2))
        {
            MoreValues.Read(row.GetFieldValue<byte[]>(column + 2), ref values);
        }

        return values;
    }
}
