using System.Data.Common;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Postgres.Rows;

/// <summary>How a page stands in columns.</summary>
internal static class PageColumns
{
    /// <summary>The key of the page in a row whose first columns are its id and the length of its span.</summary>
    public static PageKey Key(this DbDataReader row) => new(PageKey.DeviceOf(row.GetInt64(0)), PageKey.StartOf(row.GetInt64(0)), row.GetInt32(1) * PageKey.Step);
}
