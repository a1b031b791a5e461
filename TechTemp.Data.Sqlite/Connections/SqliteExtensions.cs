using System.Data.Common;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Connections;

internal static class SqliteExtensions
{
    private static readonly (int Option, int Value)[] s_hardened =
    [
        (raw.SQLITE_DBCONFIG_DEFENSIVE, 1), (raw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0), (raw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0), (raw.SQLITE_DBCONFIG_ENABLE_VIEW, 0),
    ];

    /// <summary>
    /// Lets no SQL run that comes with the file: no triggers, no views, no functions of ours in its schema; and lets nobody write
    /// to it but by ordinary SQL. https://sqlite.org/security.html#untrusted_sqlite_database_files
    /// </summary>
    public static void Harden(this SqliteConnection connection)
    {
        foreach (var (option, value) in s_hardened)
        {
            raw.sqlite3_db_config(connection.Handle!, option, value, out _);
        }

        connection.Execute("PRAGMA cell_size_check = ON;");
    }

    public static long ScalarLong(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    public static string ScalarText(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (string)command.ExecuteScalar()!;
    }

    public static void Execute(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>A command of this text with typed parameters, in the order of <paramref name="parameters"/>.</summary>
    public static SqliteCommand Prepare(this SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, SqliteType Type)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, type) in parameters)
        {
            command.Parameters.Add(name, type);
        }

        return command;
    }

    public static SqliteCommand Bind(this SqliteCommand command, int index, object? value)
    {
        command.Parameters[index].Value = value ?? DBNull.Value;
        return command;
    }

    /// <summary>Runs a command. Instead of its own ExecuteReader, whose rows throw SQLite's exceptions.</summary>
    /// <exception cref="StoreException">It failed.</exception>
    public static DbDataReader Rows(this DbCommand command) => command.ExecuteReader();
}
