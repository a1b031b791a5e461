using Microsoft.EntityFrameworkCore;
using TechTemp.Data.Readings;
using TechTemp.Data.Rejections;
using TechTemp.Data.Store;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Replay;

/// <summary>Lists the messages that were refused, and tries them again.</summary>
public sealed class RejectedMessages(TechTempContext context, MessageReplay replay, TimeProvider time)
{
    /// <summary>Refused messages, newest first.</summary>
    /// <param name="filter">Only these.</param>
    /// <param name="beforeId">Only those before this id: the last one of the page before.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<RejectedMessage>> ListAsync(RejectedFilter filter, long beforeId, int limit, CancellationToken cancellationToken)
    {
        var messages = context.RejectedMessages.AsNoTracking()
            .Where(r => r.Id < beforeId && (filter.Reason == null || r.Reason == filter.Reason) && (filter.DeviceUid == null || r.DeviceUid == filter.DeviceUid))
            .Where(r => filter.Home == null || r.Home == filter.Home);
        if (filter.From is { } from)
        {
            var first = DateTimeOffset.FromUnixTimeMilliseconds(from);
            messages = messages.Where(r => r.ReceivedAt >= first);
        }

        if (filter.To is { } to)
        {
            var last = DateTimeOffset.FromUnixTimeMilliseconds(to);
            messages = messages.Where(r => r.ReceivedAt <= last);
        }

        return await messages.OrderByDescending(r => r.Id).Take(limit).ToListAsync(cancellationToken);
    }

    /// <summary>
    /// Tries a refused message again by the rules and the devices of now. Stored or a duplicate, it is no longer listed;
    /// refused again, it stays, with the reason of now.
    /// </summary>
    /// <returns>What became of it; null when there is none of that id.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    public Task<Outcome?> ReplayAsync(long id, CancellationToken cancellationToken) => replay.OneAsync(id, cancellationToken);

    /// <summary>
    /// Tries refused messages again, the oldest first, in steps with pauses in which ingest writes. What is done when it is cancelled, or when the store
    /// fails, stays so.
    /// </summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="after">Only those after this id: the last one of the call before.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Stops after a step.</param>
    /// <returns>What became of them, and the id of the last one; null when there are no more.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    public async Task<ReplayStep> ReplayAsync(RejectedFilter filter, long after, int limit, CancellationToken cancellationToken)
    {
        var pace = new BulkPace(time);
        for (var all = new ReplayStep(0, after); ;)
        {
            await pace.NextAsync(cancellationToken);
            var step = await replay.NextAsync(filter, all.Last!.Value, cancellationToken, limit - all.Count);
            pace.Done(othersWrote: true);
            all = new(all.Count + step.Count, step.Last) { Stored = all.Stored + step.Stored, Duplicates = all.Duplicates + step.Duplicates };
            if (all.Last is null || all.Count >= limit)
            {
                return all;
            }
        }
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
    /// <param name="cancellationToken">Gives up before anything of this step is committed.</param>
    /// <exception cref="StoreException">The store failed; nothing of this step was committed.</exception>
    public Task<ReplayStep> ReplayHeldAsync(string deviceUid, long after, CancellationToken cancellationToken) =>
        replay.NextAsync(new(RejectionReasons.UnknownDevice, deviceUid), after, cancellationToken);

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
}
