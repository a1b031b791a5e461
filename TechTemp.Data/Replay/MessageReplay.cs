using Microsoft.Extensions.Options;
using TechTemp.Data.Readings;
using TechTemp.Data.Rejections;
using TechTemp.Data.Store;
using TechTemp.Data.Writing;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Replay;

/// <summary>
/// Tries refused messages again, by the rules and the devices of now, in steps of some milliseconds of the write lock. Stored or a duplicate, a message is no
/// longer listed; refused again, or in part, it stays, with the reason of now. Over the port of writing, not by EF Core: that takes seconds for its first use, and ingest would wait for the lock.
/// </summary>
public sealed class MessageReplay(IWriteStore store, IOptions<IngestOptions> ingest, TimeProvider time)
{
    // Some milliseconds of the write lock.
    private const int MessagesOfAStep = 250;

    /// <summary>Tries the next messages, in the order of receipt.</summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="after">The last id of the step before; 0 for the first step.</param>
    /// <param name="cancellationToken">Gives up before anything of this step is committed.</param>
    /// <param name="most">How many at most; a step has no more than 250.</param>
    /// <exception cref="StoreException">The store failed; nothing of this step was committed.</exception>
    public async Task<ReplayStep> NextAsync(RejectedFilter filter, long after, CancellationToken cancellationToken, int most = MessagesOfAStep)
    {
        most = Math.Min(most, MessagesOfAStep);
        var tried = new List<ReplayedMessage>();
        try
        {
            var outcomes = await TryAsync(filter, after, most, tried, cancellationToken);
            return new(tried.Count, tried.Count < most ? null : tried[^1].Id)
            {
                Stored = outcomes.Count(o => o.Kind == OutcomeKind.Stored),
                Duplicates = outcomes.Count(o => o.Kind == OutcomeKind.Duplicate),
            };
        }
        catch (Exception e) when (StoreFailure.MayBeOfTheData(e) && tried.Count > 0)
        {
            return most > 1
                ? await NextAsync(filter, after, cancellationToken, Math.Max(1, tried.Count / 2))
                : await SetAsideAsync(filter with { Ids = [tried[0].Id] }, StoreFailure.NotStorable(e), cancellationToken);
        }
    }

    /// <summary>Tries one message.</summary>
    /// <returns>What became of it; null when there is none of that id.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    public async Task<Outcome?> OneAsync(long id, CancellationToken cancellationToken)
    {
        try
        {
            return await TryAsync(new() { Ids = [id] }, after: 0, most: 1, [], cancellationToken) is [var outcome] ? outcome : null;
        }
        catch (Exception e) when (StoreFailure.MayBeOfTheData(e))
        {
            return new(OutcomeKind.Rejected, StoreFailure.NotStorable(e));
        }
    }

    private async Task<Outcome[]> TryAsync(RejectedFilter filter, long after, int most, List<ReplayedMessage> messages, CancellationToken cancellationToken)
    {
        using var span = StoreSpan.Start("INSERT", "readings", system: store.System);
        return await InTransactionAsync(
            async transaction =>
            {
                messages.AddRange(await transaction.NextRejectedAsync(filter, after, most, cancellationToken));
                span?.Batch(messages.Count);
                var rules = new WriteRules(ingest.Value);
                rules.Enter(transaction);
                var outcomes = await StoreAsync(rules, transaction, messages, cancellationToken);
                await SettleAsync(transaction, messages, outcomes, cancellationToken);
                await rules.LeaveAsync(transaction, cancellationToken);
                await transaction.CommitAsync();
                span?.Affected(outcomes.Count(o => o.Kind == OutcomeKind.Stored));
                return outcomes;
            },
            cancellationToken);
    }

    private async ValueTask<Outcome[]> StoreAsync(WriteRules rules, IWriteTransaction transaction, List<ReplayedMessage> messages, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        // Only the start of an oversized payload was kept; it must not pass for the whole.
        var whole = messages.FindAll(IsWhole);
        var stored = await rules.StoreAsync(
            transaction, whole.ConvertAll(m => IncomingMessage.FromReplay(m.Topic, m.Payload, TrueReceipt(m, now), now)), cancellationToken);
        var next = 0;
        return [.. messages.Select(m => IsWhole(m) ? stored[next++] : new(OutcomeKind.Rejected, new(m.Reason, m.Detail)))];
    }

    private async ValueTask SettleAsync(IWriteTransaction transaction, List<ReplayedMessage> messages, Outcome[] outcomes, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var removed = new List<long>();
        var changed = new List<ReplayedMessage>();
        for (var i = 0; i < outcomes.Length; i++)
        {
            var message = messages[i];
            if (outcomes[i].Rejection is not { } rejection)
            {
                removed.Add(message.Id);
            }
            else if (rejection.Reason != message.Reason || rejection.Detail != message.Detail)
            {
                changed.Add(message with
                {
                    Reason = rejection.Reason,
                    Detail = rejection.Detail,
                    // Held only for as long as its device is missing, or its time has not come.
                    IsHeld = message.IsHeld && rejection.Reason is RejectionReasons.UnknownDevice or RejectionReasons.InFuture,
                    ReceivedAt = rejection.Reason == RejectionReasons.InFuture ? message.ReceivedAt : TrueReceipt(message, now),
                });
            }
        }

        await transaction.SettleRejectedAsync(removed, changed, cancellationToken);
    }

    // It keeps its quota, so that no junk drops it.
    private Task<ReplayStep> SetAsideAsync(RejectedFilter one, Rejection rejection, CancellationToken cancellationToken) => InTransactionAsync(
        async transaction =>
        {
            var messages = await transaction.NextRejectedAsync(one, after: 0, most: 1, cancellationToken);
            await transaction.SettleRejectedAsync([], [.. messages.Select(m => m with { Reason = rejection.Reason, Detail = rejection.Detail })], cancellationToken);
            await transaction.CommitAsync();
            return new ReplayStep(messages.Count, one.Ids![0]);
        },
        cancellationToken);

    private async Task<T> InTransactionAsync<T>(Func<IWriteTransaction, Task<T>> use, CancellationToken cancellationToken)
    {
        var session = store.Open();
        try
        {
            await using var transaction = await session.BeginAsync(forReading: false, cancellationToken);
            return await use(transaction);
        }
        finally
        {
            session.Release();
        }
    }

    private static bool IsWhole(ReplayedMessage message) => message.PayloadSize <= message.Payload.Length;

    // Of a reading that came too early the time of receipt is what a wrong clock said: its device was not last seen then, nor is it too old to be kept.
    private static long TrueReceipt(in ReplayedMessage message, long now) => message.Reason == RejectionReasons.InFuture ? now : message.ReceivedAt;
}
