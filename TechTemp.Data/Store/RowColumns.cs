using System.Data.Common;

namespace TechTemp.Data.Store;

/// <summary>Columns that may be NULL.</summary>
internal static class RowColumns
{
    public static long? LongOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    public static string? TextOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
