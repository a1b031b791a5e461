using SQLitePCL;

namespace TechTemp.Data.Rollups;

/// <summary>
/// How a rollup's numbers are stored: hundredths as an INTEGER of two or three bytes where that is the number exactly (sensors
/// measure no finer), else a REAL of eight.
/// </summary>
internal static class RollupNumber
{
    // Beyond that a sum is no longer exact in hundredths.
    private const double Largest = 1e13;

    /// <summary>For an extreme: exactly the number.</summary>
    public static object Encode(double value)
    {
        var hundredths = Math.Round(value * 100);
        return hundredths / 100 == value && Math.Abs(hundredths) < Largest ? (object)(long)hundredths : value;
    }

    /// <summary>For a sum: of hundredths it is a number of hundredths, however floating point has rounded it.</summary>
    public static object EncodeSum(double value)
    {
        var hundredths = Math.Round(value * 100);
        return Math.Abs(hundredths / 100 - value) <= 1e-12 * Math.Abs(value) && Math.Abs(hundredths) < Largest ? (object)(long)hundredths : value;
    }

    public static double Decode(sqlite3_stmt statement, int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_INTEGER
        ? raw.sqlite3_column_int64(statement, column) / 100.0
        : raw.sqlite3_column_double(statement, column);
}
