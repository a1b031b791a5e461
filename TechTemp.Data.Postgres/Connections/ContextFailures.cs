using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using TechTemp.Data.Store;

namespace TechTemp.Data.Postgres.Connections;

/// <summary>Lets EF Core's commands, the rows of its queries, its connections and its transactions throw <see cref="StoreException"/>s instead of Npgsql's.</summary>
internal sealed class ContextFailures : IDbCommandInterceptor, IDbConnectionInterceptor, IDbTransactionInterceptor
{
    /// <inheritdoc />
    public void CommandFailed(DbCommand command, CommandErrorEventData eventData)
    {
        // Migrations decide by the server's code, and are translated as a whole.
        if (eventData.CommandSource != CommandSource.Migrations)
        {
            Translate(eventData.Exception);
        }
    }

    /// <inheritdoc />
    public Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        CommandFailed(command, eventData);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public DbDataReader ReaderExecuted(DbCommand command, CommandExecutedEventData eventData, DbDataReader result) =>
        // Npgsql's batches of changes need its own reader; their failures are those of SaveChanges.
        eventData.CommandSource is CommandSource.SaveChanges or CommandSource.Migrations ? result : new StoreRows(result, PostgresStoreException.Of);

    /// <inheritdoc />
    public ValueTask<DbDataReader> ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default) =>
        new(ReaderExecuted(command, eventData, result));

    /// <inheritdoc />
    public void ConnectionFailed(DbConnection connection, ConnectionErrorEventData eventData) => Translate(eventData.Exception);

    /// <inheritdoc />
    public Task ConnectionFailedAsync(DbConnection connection, ConnectionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        Translate(eventData.Exception);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public void TransactionFailed(DbTransaction transaction, TransactionErrorEventData eventData) => Translate(eventData.Exception);

    /// <inheritdoc />
    public Task TransactionFailedAsync(DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        Translate(eventData.Exception);
        return Task.CompletedTask;
    }

    private static void Translate(Exception exception)
    {
        if (PostgresStoreException.Of(exception) is { } failure)
        {
            throw failure;
        }
    }
}
