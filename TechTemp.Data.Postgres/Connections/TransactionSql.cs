using System.Data.Common;
using Npgsql;
using TechTemp.Data.Store;

namespace TechTemp.Data.Postgres.Connections;

/// <summary>Runs SQL inside one transaction. Parameters are positional: <c>$1</c> is the first one.</summary>
/// <param name="connection">The connection.</param>
/// <param name="transaction">Its transaction.</param>
/// <param name="prepares">Whether the server keeps the statements, parsed and planned, for the connection's next transactions. Their texts must be few.</param>
internal sealed class TransactionSql(NpgsqlConnection connection, NpgsqlTransaction transaction, bool prepares = false)
{
    /// <summary>A parameter, typed by its value.</summary>
    public static NpgsqlParameter Of<T>(T value) => new NpgsqlParameter<T> { TypedValue = value };

    /// <summary>Runs a statement.</summary>
    /// <returns>How many rows it changed.</returns>
    /// <exception cref="StoreException">It failed.</exception>
    public ValueTask<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters) => PostgresStoreException.TranslateAsync(async () =>
    {
        await using var command = await CommandAsync(sql, parameters, cancellationToken);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    });

    /// <summary>Runs a statement for the number in its only row.</summary>
    /// <exception cref="StoreException">It failed.</exception>
    public async ValueTask<long> NumberAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        var number = 0L;
        await ReadAsync(sql, row => number = row.GetInt64(0), cancellationToken, parameters);
        return number;
    }

    /// <summary>Runs a statement, and hands over each of its rows.</summary>
    /// <exception cref="StoreException">It failed.</exception>
    public async ValueTask ReadAsync(string sql, Action<DbDataReader> read, CancellationToken cancellationToken, params NpgsqlParameter[] parameters) =>
        await PostgresStoreException.TranslateAsync(async () =>
        {
            await using var command = await CommandAsync(sql, parameters, cancellationToken);
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                read(rows);
            }

            return true;
        });

    /// <summary>Runs statements with the same parameters in one round trip, each with a snapshot of its own.</summary>
    /// <param name="statements">The statements, each with what takes its rows.</param>
    /// <param name="parameters">Makes the parameters of each statement.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">One failed.</exception>
    public async ValueTask ReadAsync(
        IReadOnlyList<(string Sql, Action<DbDataReader> Read)> statements, Func<NpgsqlParameter[]> parameters, CancellationToken cancellationToken) =>
        await PostgresStoreException.TranslateAsync(async () =>
        {
            await using var batch = new NpgsqlBatch(connection, transaction);
            foreach (var (sql, _) in statements)
            {
                var command = new NpgsqlBatchCommand(sql);
                command.Parameters.AddRange(parameters());
                batch.BatchCommands.Add(command);
            }

            if (prepares)
            {
                await batch.PrepareAsync(cancellationToken);
            }

            await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
            foreach (var (_, read) in statements)
            {
                while (await rows.ReadAsync(cancellationToken))
                {
                    read(rows);
                }

                await rows.NextResultAsync(cancellationToken);
            }

            return true;
        });

    // A round trip for the first use of a statement on the connection, and none for the next ones.
    private async ValueTask<NpgsqlCommand> CommandAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection, transaction);
        command.Parameters.AddRange(parameters);
        if (prepares)
        {
            await command.PrepareAsync(cancellationToken);
        }

        return command;
    }
}
