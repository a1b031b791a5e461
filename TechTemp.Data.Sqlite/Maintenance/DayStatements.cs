using Microsoft.Data.Sqlite;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Pages;
using TechTemp.Data.Sqlite.Rows;

namespace TechTemp.Data.Sqlite.Maintenance;

/// <summary>The prepared SQL of a session about the rows and pages of a device.</summary>
internal sealed class DayStatements(SqliteConnection connection) : IDisposable
{
    internal const string NextRowSql = "SELECT ts FROM readings WHERE device_id = ?1 AND ts BETWEEN ?2 AND ?3 ORDER BY ts LIMIT 1 OFFSET ?4;";

    internal const string PreviousRowSql = "SELECT ts FROM readings WHERE device_id = ?1 AND ts BETWEEN ?2 AND ?3 ORDER BY ts DESC LIMIT 1 OFFSET ?4;";

    public Statement Rows { get; } = new(connection, ReadingTable.ForwardSql);

    public Statement Pages { get; } = new(connection, PageTable.RangeSql);

    public Statement NewestPage { get; } = new(connection, PageTable.NewestSql);

    public Statement NextRow { get; } = new(connection, NextRowSql);

    public Statement PreviousRow { get; } = new(connection, PreviousRowSql);

    public Statement InsertPage { get; } = new(connection, PageTable.InsertSql);

    public Statement DeletePage { get; } = new(connection, "DELETE FROM pages WHERE id = ?1;");

    public Statement InsertRow { get; } = new(
        connection, $"INSERT INTO readings (device_id, ts, {ReadingRow.ValueColumns}, source) VALUES (?1, ?2, ?3, ?4, ?5, ?6);");

    public Statement DeleteRows { get; } = new(connection, "DELETE FROM readings WHERE device_id = ?1 AND ts BETWEEN ?2 AND ?3;");

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var statement in new[] { Rows, Pages, NewestPage, NextRow, PreviousRow, InsertPage, DeletePage, InsertRow, DeleteRows })
        {
            statement.Dispose();
        }
    }
}
