namespace TechTemp.Data.Sqlite.Rows;

/// <summary>How readings that are rows are read.</summary>
internal static class ReadingTable
{
    /// <summary>The rows of a device and a range, oldest first.</summary>
    public const string ForwardSql = "SELECT ts, temperature, humidity, more, source FROM readings WHERE device_id = ?1 AND ts BETWEEN ?2 AND ?3 ORDER BY ts;";

    /// <summary>The rows of a device and a range, newest first.</summary>
    public const string BackwardSql = "SELECT ts, temperature, humidity, more, source FROM readings WHERE device_id = ?1 AND ts BETWEEN ?2 AND ?3 ORDER BY ts DESC;";
}
