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
    // Some milliseconds of the write lock.
    private const int MessagesOfAStep = 250;

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
        try
        {
            return await TryReplayAsync(id, cancellationToken);
        }
        catch (Exception e) when (StoreFailure.MayBeOfTheData(e))
        {
            context.ChangeTracker.Clear();
            return new(OutcomeKind.Rejected, StoreFailure.NotStorable(e));
        }
    }

    private async Task<Outcome?> TryReplayAsync(long id, CancellationToken cancellationToken)
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

    /// <summary>Stores the next of the messages that are held for a device, in the order of receipt.</summary>
    /// <param name="deviceUid">A device that exists by now.</param>
    /// <param name="after">The last id of the step before; 0 for the first step.</param>
    /// <exception cref="SqliteException">The store failed; nothing of this step was committed.</exception>
    public ReplayStep ReplayHeld(string deviceUid, long after) => ReplayNext(Held(deviceUid), after, MessagesOfAStep);

    /// <summary>Tries messages again, in the order of receipt: some milliseconds of the write lock for a step.</summary>
    /// <param name="ids">The messages. One that is gone is left out.</param>
    /// <param name="after">The last id of the step before; 0 for the first step.</param>
    /// <exception cref="SqliteException">The store failed; nothing of this step was committed.</exception>
    internal ReplayStep Replay(IReadOnlyCollection<long> ids, long after) => ReplayNext(context.RejectedMessages.Where(r => ids.Contains(r.Id)), after, MessagesOfAStep);

    /// <summary>How many messages are held for a device.</summary>
    public Task<int> CountHeldAsync(string deviceUid, CancellationToken cancellationToken) => Held(deviceUid).CountAsync(cancellationToken);

    /// <summary>Looks at the times of the readings that are held for a device.</summary>
    /// <param name="deviceUid">The device.</param>
    /// <param name="times">Gets those that it does not have yet.</param>
    internal void ReadHeld(string deviceUid, HeldTimes times)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var after = times.LastId;
        foreach (var held in Held(deviceUid).Where(r => r.Id > after).OrderBy(r => r.Id).Select(r => new { r.Id, r.Topic, r.Payload, r.ReceivedAt }).AsEnumerable())
        {
            var message = IncomingMessage.FromReplay(held.Topic, held.Payload, held.ReceivedAt.ToUnixTimeMilliseconds(), now);
            if (message.Rejection is null)
            {
                times.Add(held.Id, message.HomeId!, message.Measurement.Ts);
            }
        }
    }

    private IQueryable<RejectedMessage> Held(string deviceUid) =>
        context.RejectedMessages.Where(r => r.DeviceUid == deviceUid && r.Reason == RejectionReasons.UnknownDevice);

    private ReplayStep ReplayNext(IQueryable<RejectedMessage> messages, long after, int most)
    {
        var next = new List<RejectedMessage>();
        try
        {
            using var transaction = context.Database.BeginTransaction();
            next = [.. messages.Where(r => r.Id > after).OrderBy(r => r.Id).Take(most)];
            using var statements = Enter(transaction);
            var outcomes = next.Select(message => Replay(statements, message).Kind).ToList();
            statements.Leave();
            context.SaveChanges();
            transaction.Commit();
            return new(next.Count, next.Count < most ? null : next[^1].Id)
            {
                Stored = outcomes.Count(kind => kind == OutcomeKind.Stored),
                Duplicates = outcomes.Count(kind => kind == OutcomeKind.Duplicate),
            };
        }
        catch (Exception e) when (StoreFailure.MayBeOfTheData(e) && next.Count > 0)
        {
            context.ChangeTracker.Clear();
            return most > 1 ? ReplayNext(messages, after, Math.Max(1, next.Count / 2)) : SetAside(next[0], e);
        }
        finally
        {
            context.ChangeTracker.Clear();
        }
    }

    // It keeps its quota, so that no junk drops it.
    private ReplayStep SetAside(RejectedMessage message, Exception failure)
    {
        var rejection = StoreFailure.NotStorable(failure);
        context.RejectedMessages.Where(r => r.Id == message.Id).ExecuteUpdate(r => r
            .SetProperty(m => m.Reason, rejection.Reason).SetProperty(m => m.Detail, rejection.Detail));
        return new(1, message.Id);
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
            : statements.Store(Parse(message, time.GetUtcNow().ToUnixTimeMilliseconds()));
        if (outcome.Rejection is { } rejection)
        {
            (message.Reason, message.Detail) = (rejection.Reason, rejection.Detail);
            // Held only for as long as its device is missing, or its time has not come.
            message.IsHeld &= rejection.Reason is RejectionReasons.UnknownDevice or RejectionReasons.InFuture;
        }
        else
        {
            context.RejectedMessages.Remove(message);
        }

        return outcome;
    }

    // Of a reading that came too early the time of receipt is what a wrong clock said: its device was not last seen then.
    private static IncomingMessage Parse(RejectedMessage message, long now) => IncomingMessage.FromReplay(
        message.Topic, message.Payload, message.Reason == RejectionReasons.InFuture ? now : message.ReceivedAt.ToUnixTimeMilliseconds(), now);
}
