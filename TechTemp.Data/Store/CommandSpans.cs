using System.Data.Common;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace TechTemp.Data.Store;

/// <summary>Spans of the commands that EF Core runs. They are made when a command has ended, with the times that EF Core has measured.</summary>
/// <param name="system">The store's <c>db.system.name</c>.</param>
internal sealed partial class CommandSpans(string system) : DbCommandInterceptor
{
    /// <inheritdoc />
    public override InterceptionResult DataReaderDisposing(DbCommand command, DataReaderDisposingEventData eventData, InterceptionResult result)
    {
        if (Start(command, eventData.StartTime) is { } span)
        {
            // EF Core inserts and updates with RETURNING, so a reader can have both.
            span.Returned(eventData.ReadCount);
            if (eventData.RecordsAffected >= 0)
            {
                span.Affected(eventData.RecordsAffected);
            }

            span.End(eventData.StartTime + eventData.Duration);
        }

        return result;
    }

    /// <inheritdoc />
    public override int NonQueryExecuted(DbCommand command, CommandExecutedEventData eventData, int result)
    {
        if (Start(command, eventData.StartTime) is { } span)
        {
            span.Affected(result);
            span.End(eventData.StartTime + eventData.Duration);
        }

        return result;
    }

    /// <inheritdoc />
    public override ValueTask<int> NonQueryExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default) =>
        new(NonQueryExecuted(command, eventData, result));

    /// <inheritdoc />
    public override void CommandFailed(DbCommand command, CommandErrorEventData eventData)
    {
        if (Start(command, eventData.StartTime) is { } span)
        {
            span.Failed(eventData.Exception);
            span.End(eventData.StartTime + eventData.Duration);
        }
    }

    /// <inheritdoc />
    public override Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        CommandFailed(command, eventData);
        return Task.CompletedTask;
    }

    private StoreSpan? Start(DbCommand command, DateTimeOffset start)
    {
        // Nothing is looked for in the text while nobody listens.
        if (!StoreSpan.IsWanted)
        {
            return null;
        }

        var operation = Operation().Match(command.CommandText);
        var table = Table().Match(command.CommandText);
        return operation.Success ? StoreSpan.Start(operation.Value, table.Success ? table.Groups[1].Value : null, start, system) : null;
    }

    [GeneratedRegex("SELECT|INSERT|UPDATE|DELETE")]
    private static partial Regex Operation();

    // EF Core quotes each name: FROM "devices" AS "d", INSERT INTO "rooms", UPDATE "devices" AS "d".
    [GeneratedRegex("(?:FROM|INTO|UPDATE)\\s+\"(\\w+)\"")]
    private static partial Regex Table();
}
