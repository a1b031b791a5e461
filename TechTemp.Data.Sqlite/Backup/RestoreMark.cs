using System.Globalization;
using Microsoft.Data.Sqlite;
using TechTemp.Data.Sqlite.Connections;

namespace TechTemp.Data.Sqlite.Backup;

/// <summary>
/// When a store was last restored: unix seconds (32 bits without a sign) in SQLite's <c>user_version</c>, which costs no table and moves
/// with the file. 0 where it never was.
/// </summary>
internal static class RestoreMark
{
    /// <summary>Marks a copy that is about to take the store's place.</summary>
    /// <param name="copy">The copy.</param>
    /// <param name="present">The mark that the store has now: the new one is another.</param>
    /// <param name="now">The time.</param>
    public static void Write(SqliteConnection copy, long present, DateTimeOffset now)
    {
        var mark = (uint)now.ToUnixTimeSeconds();
        mark += mark == unchecked((uint)present) ? 1u : 0u;
        copy.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {unchecked((int)mark)};"));
    }

    /// <summary>The mark of a store.</summary>
    public static long Read(SqliteConnection connection) => connection.ScalarLong("PRAGMA user_version;");

    /// <summary>The time that a mark stands for.</summary>
    public static DateTimeOffset Time(long userVersion) => DateTimeOffset.FromUnixTimeSeconds(unchecked((uint)userVersion));
}
