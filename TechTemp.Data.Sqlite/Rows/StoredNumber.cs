using System.Data.Common;
using TechTemp.Data.Sqlite.Connections;

namespace TechTemp.Data.Sqlite.Rows;

/// <summary>
/// How measured values are stored: hundredths as an INTEGER of two or three bytes where that is the number exactly (sensors
/// measure no finer), else a REAL of eight. Either way what is read is what was written, to the last bit.
/// </summary>
internal static class StoredNumber
{
    // Beyond that hundredths are no longer exact in a double.
    private const double Largest = 1e13;

    /// <summary>Binds exactly the number.</summary>
    public static Statement BindNumber(this Statement statement, int parameter, double value)
    {
        var hundredths = Math.Round(value * 100);
        return hundredths / 100 == value && Math.Abs(hundredths) < Largest ? statement.Bind(parameter, (long)hundredths) : statement.Bind(parameter, value);
    }

    /// <summary>Binds exactly the number, or NULL.</summary>
    public static Statement BindNumber(this Statement statement, int parameter, double? value) =>
        value is { } number ? statement.BindNumber(parameter, number) : statement.Bind(parameter, (string?)null);

    /// <summary>The number that a column holds in this row.</summary>
    public static double Number(this Statement statement, int column) =>
        statement.IsInteger(column) ? statement.Long(column) / 100.0 : statement.Double(column);

    /// <inheritdoc cref="Number(Statement, int)"/>
    public static double Number(this DbDataReader reader, int ordinal) =>
        reader.GetFieldType(ordinal) == typeof(long) ? reader.GetInt64(ordinal) / 100.0 : reader.GetDouble(ordinal);

    /// <summary>The number that a column holds in this row; null for NULL.</summary>
    public static double? NumberOrNull(this DbDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.Number(ordinal);
}
