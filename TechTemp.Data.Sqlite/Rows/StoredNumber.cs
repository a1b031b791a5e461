using System.Data.Common;
using SQLitePCL;
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
        // An INTEGER has no negative zero.
        return hundredths / 100 == value && Math.Abs(hundredths) < Largest && !(value == 0 && double.IsNegative(value)) ? statement.Bind(parameter, (long)hundredths) : statement.Bind(parameter, value);
    }

    /// <summary>Binds exactly the number, or NULL.</summary>
    public static Statement BindNumber(this Statement statement, int parameter, double? value) =>
        value is { } number ? statement.BindNumber(parameter, number) : statement.Bind(parameter, (string?)null);

    /// <summary>The number that a column holds in this row; false for NULL.</summary>
    public static bool TryNumber(this Statement statement, int column, out double number)
    {
        var type = statement.Type(column);
        number = type == raw.SQLITE_INTEGER ? statement.Long(column) / 100.0 : type == raw.SQLITE_NULL ? 0 : statement.Double(column);
        return type != raw.SQLITE_NULL;
    }

    /// <summary>The number that a column holds in this row; 0 for NULL.</summary>
    public static double Number(this Statement statement, int column) => statement.TryNumber(column, out var number) ? number : 0;

    /// <summary>The number that a column holds in this row.</summary>
    public static double Number(this DbDataReader reader, int ordinal) =>
        reader.GetFieldType(ordinal) == typeof(long) ? reader.GetInt64(ordinal) / 100.0 : reader.GetDouble(ordinal);

    /// <summary>The number that a column holds in this row; null for NULL.</summary>
    public static double? NumberOrNull(this DbDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.Number(ordinal);
}
