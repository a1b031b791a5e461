using System.Data.Common;
using Npgsql;
using TechTemp.Data.Store;

namespace TechTemp.Data.Postgres.Connections;

/// <summary>Runs ordinary SQL on a connection.</summary>
internal static class PostgresStatements
{
    /// <inheritdoc cref="IStoreStatements.ExecuteAsync"/>
    public static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, (string Name, object? Value)[] parameters, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <inheritdoc cref="IStoreStatements.QueryAsync"/>
    public static async Task<List<T>> QueryAsync<T>(
        NpgsqlConnection connection, string sql, Func<DbDataReader, T> read, (string Name, object? Value)[] parameters, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, (string Name, object? Value)[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }
}
