using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace TechTemp.Data.Store;

internal static class SqliteExtensions
{
    extension(SqliteException exception)
    {
        /// <summary>Whether the file is damaged or no database at all: SQLITE_CORRUPT, SQLITE_NOTADB.</summary>
        public bool IsDamage => exception.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;

        /// <summary>Whether another connection had the lock for too long: SQLITE_BUSY.</summary>
        public bool IsBusy => exception.SqliteErrorCode == raw.SQLITE_BUSY;
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

    /// <summary>A command of this text with parameters in the order given; one without a type is bound as what its value is.</summary>
    public static SqliteCommand Prepare(this SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, SqliteType? Type)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, type) in parameters)
        {
            var parameter = new SqliteParameter { ParameterName = name };
            if (type is { } known)
            {
                parameter.SqliteType = known;
            }

            command.Parameters.Add(parameter);
        }

        return command;
    }

    public static SqliteCommand Bind(this SqliteCommand command, int index, object? value)
    {
        command.Parameters[index].Value = value ?? DBNull.Value;
        return command;
    }

    public static string? StringOrNull(this SqliteDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);

    public static long? LongOrNull(this SqliteDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : reader.GetInt64(ordinal);
}
