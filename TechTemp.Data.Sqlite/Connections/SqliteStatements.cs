using System.Data.Common;
using Microsoft.Data.Sqlite;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Connections;

/// <summary>Runs ordinary SQL on a connection, in the calling thread.</summary>
internal static class SqliteStatements
{
    /// <inheritdoc cref="IStoreStatements.ExecuteAsync"/>
    public static int Execute(SqliteConnection connection, string sql, (string Name, object? Value)[] parameters)
    {
        using var command = Command(connection, sql, parameters);
        return command.ExecuteNonQuery();
    }

    /// <inheritdoc cref="IStoreStatements.QueryAsync"/>
    public static List<T> Query<T>(SqliteConnection connection, string sql, Func<DbDataReader, T> read, (string Name, object? Value)[] parameters)
    {
        using var command = Command(connection, sql, parameters);
        using var reader = command.Rows();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue($"@{name}", value ?? DBNull.Value);
        }

        return command;
    }
}
