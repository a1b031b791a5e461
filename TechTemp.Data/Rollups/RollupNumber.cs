using TechTemp.Data.Store;

namespace TechTemp.Data.Rollups;

/// <summary>
/// How a rollup's numbers are stored: hundredths as an INTEGER of two or three bytes where that is the number exactly (sensors
/// measure no finer), else a REAL of eight.
/// </summary>
internal static class RollupNumber
{
    // Beyond that a sum is no longer exact in hundredths.
    private const double Largest = 1e13;

    /// <summary>Binds an extreme: exactly the number.</summary>
    public static Statement BindExtreme(this Statement statement, int parameter, double value)
    {
        var hundredths = Math.Round(value * 100);
        return hundredths / 100 == value && Math.Abs(hundredths) < Largest ? statement.Bind(parameter, (long)hundredths) : statement.Bind(parameter, value);
    }

    /// <summary>Binds a sum: of hundredths it is a number of hundredths, however floating point has rounded it.</summary>
    public static Statement BindSum(this Statement statement, int parameter, double value)
    {
        var hundredths = Math.Round(value * 100);
        return Math.Abs(hundredths / 100 - value) <= 1e-12 * Math.Abs(value) && Math.Abs(hundredths) < Largest
            ? statement.Bind(parameter, (long)hundredths)
            : statement.Bind(parameter, value);
    }

    public static double Number(this Statement statement, int column) =>
        statement.IsInteger(column) ? statement.Long(column) / 100.0 : statement.Double(column);
}
