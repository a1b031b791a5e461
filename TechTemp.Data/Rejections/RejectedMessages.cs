using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;
using TechTemp.Data.Readings;
using TechTemp.Data.Store;

namespace TechTemp.Data.Rejections;

/// <summary>Lists the messages that were refused, and tries them again.</summary>
public sealed class RejectedMessages(TechTempContext context, IOptions<IngestOptions> ingest, TimeProvider time)
{
    /// <summary>Refused messages, newest first.</summary>
    /// <param name="reason">Only of this reason; null for all.</param>
    /// <param name="deviceUid">Only of this device; null for all.</param>
    /// <param name="beforeId">Only those before this id: the last one of the page before.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<RejectedMessage>> ListAsync(
        string? reason, string? deviceUid, long beforeId, int limit, CancellationToken cancellationToken) =>
        await context.RejectedMessages.AsNoTracking()
            .Where(r => r.Id < beforeId && (reason == null || r.Reason == reason) && (deviceUid == null || r.DeviceUid == deviceUid))
            .OrderByDescending(r => r.Id)
            .Take(limit)
            .ToListAsync(cancellationToken);

    /// <summary>
    /// Tries a refused message again by the rules and the devices of now. Stored or a duplicate, it is no longer listed;
    /// refused again, it stays, with the reason of now.
    /// </summary>
    /// <returns>What became of it; null when there is none of that id.</returns>
    public async Task<Outcome?> ReplayAsync(long id, CancellationToken cancellationToken)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        if (await context.RejectedMessages.SingleOrDefaultAsync(r => r.Id == id, cancellationToken) is not { } message)
        {
            return null;
        }

        using var statements = Enter(transaction);
        var outcome = Replay(statements, message);
        statements.Leave();
        await context.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return outcome;
    }

    /// <summary>Forgets one refused message.</summary>
    /// <returns>Whether there was one of that id.</returns>
    public async Task<bool> DiscardAsync(long id, CancellationToken cancellationToken) =>
        await context.RejectedMessages.Where(r => r.Id == id).ExecuteDeleteAsync(cancellationToken) > 0;

    /// <summary>Forgets the refused messages of a reason, some at a time: nothing else waits for long.</summary>
    /// <param name="reason">Of this reason.</param>
    /// <param name="deviceUid">Only of this device; null for all.</param>
    /// <param name="cancellationToken">Stops; what was forgotten until then stays so.</param>
    /// <returns>How many.</returns>
    public async Task<int> DiscardAsync(string reason, string? deviceUid, CancellationToken cancellationToken)
    {
        const int Step = 500;
        // What is refused meanwhile stays: nobody has seen it.
        var newest = await context.RejectedMessages.MaxAsync(r => (long?)r.Id, cancellationToken) ?? 0;
        for (var discarded = 0; ;)
        {
            var ids = await context.RejectedMessages
                .Where(r => r.Id <= newest && r.Reason == reason && (deviceUid == null || r.DeviceUid == deviceUid))
                .OrderBy(r => r.Id)
                .Select(r => r.Id)
                .Take(Step)
                .ToListAsync(cancellationToken);
            if (ids.Count == 0)
            {
                return discarded;
            }

            discarded += await context.RejectedMessages.Where(r => ids.Contains(r.Id)).ExecuteDeleteAsync(cancellationToken);
        }
    }

    /// <summary>Stores what was held for a device, in the order of receipt, inside the transaction that provisions it.</summary>
    internal void ReplayHeld(string deviceUid, IDbContextTransaction transaction)
    {
        var held = context.RejectedMessages.Where(r => r.DeviceUid == deviceUid && r.Reason == RejectionReasons.UnknownDevice).OrderBy(r => r.Id).ToList();
        if (held.Count == 0)
        {
            return;
        }

        using var statements = Enter(transaction);
        foreach (var message in held)
        {
            Replay(statements, message);
        }

        statements.Leave();
    }

    private ReadingStatements Enter(IDbContextTransaction transaction)
    {
        var statements = new ReadingStatements((SqliteConnection)context.Database.GetDbConnection(), ingest.Value);
        statements.Enter((SqliteTransaction)transaction.GetDbTransaction());
        return statements;
    }

    private Outcome Replay(ReadingStatements statements, RejectedMessage message)
    {
        // Only the start of an oversized payload was kept; it must not pass for the whole.
        var outcome = message.PayloadSize > message.Payload.Length
            ? new(OutcomeKind.Rejected, new(message.Reason, message.Detail))
            : statements.Store(IncomingMessage.FromReplay(
                message.Topic, message.Payload, message.ReceivedAt.ToUnixTimeMilliseconds(), time.GetUtcNow().ToUnixTimeMilliseconds()));
        if (outcome.Rejection is { } rejection)
        {
            (message.Reason, message.Detail) = (rejection.Reason, rejection.Detail);
            // Held only for as long as its device is missing.
            message.IsHeld &= rejection.Reason == RejectionReasons.UnknownDevice;
        }
        else
        {
            context.RejectedMessages.Remove(message);
        }

        return outcome;
    }
}
