using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using TechTemp.Data.Store;

namespace TechTemp.Data.Postgres.Connections;

/// <summary>Lets EF Core's commands, and the rows of its queries, throw <see cref="StoreException"/>s instead of Npgsql's.</summary>
internal sealed class CommandFailures : DbCommandInterceptor
{
    /// <inheritdoc />
    public override void CommandFailed(DbCommand command, CommandErrorEventData eventData)
    {
        // Migrations decide by the server's code, and are translated as a whole.
        if (eventData.CommandSource != CommandSource.Migrations && PostgresStoreException.Of(eventData.Exception) is { } failure)
        {
            throw failure;
        }
    }

    /// <inheritdoc />
    public override Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        CommandFailed(command, eventData);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override DbDataReader ReaderExecuted(DbCommand command, CommandExecutedEventData eventData, DbDataReader result) =>
        // Npgsql's batches of changes need its own reader; their failures are those of SaveChanges.
        eventData.CommandSource is CommandSource.SaveChanges or CommandSource.Migrations ? result : new StoreRows(result, PostgresStoreException.Of);

    /// <inheritdoc />
    public override ValueTask<DbDataReader> ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default) =>
        new(ReaderExecuted(command, eventData, result));
}
