using System.Buffers.Binary;
using TechTemp.Data.Readings;
using TechTemp.Data.Rejections;
using TechTemp.Data.Store;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Writing;

/// <summary>A message that is refused and to be kept.</summary>
/// <param name="Message">The message.</param>
/// <param name="Rejection">Why it is refused.</param>
/// <param name="Index">Its place in the batch.</param>
/// <param name="IsOfKnownDevice">Whether it is held regardless of the number of devices with held readings: its device is in the store, which limits them.</param>
internal readonly record struct Refusal(IncomingMessage Message, Rejection Rejection, int Index, bool IsOfKnownDevice);

/// <summary>
/// Keeps refused MQTT messages. The same message is kept once when the broker sends it again because its acknowledgement was lost. So is a reading of the
/// future: its sender sends it again as a new message until the state says that it has come. Not thread-safe.
/// </summary>
internal sealed class RejectionKeeping
{
    private readonly HeldQuota _held = new();

    /// <summary>Somebody else has changed the store.</summary>
    public void Forget() => _held.Forget();

    /// <summary>Keeps messages.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="refusals">The messages.</param>
    /// <param name="limits">How many are held.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>For each whether it is kept now; false for one that was kept before, and is only a redelivery.</returns>
    public async ValueTask<bool[]> KeepAsync(IWriteTransaction transaction, List<Refusal> refusals, RetentionOptions limits, CancellationToken cancellationToken)
    {
        var messages = refusals.ConvertAll(ToMessage);
        var isNew = await AreNewAsync(transaction, refusals, messages, cancellationToken);
        await _held.LoadAsync(
            transaction, refusals.Where((refusal, i) => isNew[i] && MayBeHeld(refusal)).Select(refusal => DeviceOf(refusal.Message)), cancellationToken);
        var kept = new List<RejectedMessage>(messages.Count);
        for (var i = 0; i < messages.Count; i++)
        {
            if (isNew[i])
            {
                Hold(refusals[i], messages[i], limits);
                kept.Add(messages[i]);
            }
        }

        if (kept.Count > 0)
        {
            await transaction.KeepAsync(kept, cancellationToken);
        }

        return isNew;
    }

    /// <summary>Drops what is beyond the quota of held readings, device by device.</summary>
    public ValueTask<IReadOnlyList<HeldLoss>> DropHeldAsync(IWriteTransaction transaction, int perDevice, long now, CancellationToken cancellationToken) =>
        _held.DropAsync(transaction, perDevice, now, cancellationToken);

    private static RejectedMessage ToMessage(Refusal refusal)
    {
        var (message, rejection) = (refusal.Message, refusal.Rejection);
        var payload = message.Payload.Span[..Math.Min(message.Payload.Length, RejectedMessage.MaxPayloadBytes)];
        return new()
        {
            ReceivedAt = DateTimeOffset.FromUnixTimeMilliseconds(message.ReceivedAt),
            Topic = message.Topic!,
            DeviceUid = message.DeviceUid,
            Home = message.HomeId,
            Payload = payload.ToArray(),
            PayloadSize = message.Payload.Length,
            Digest = RejectedMessage.DigestOf(payload),
            Reason = rejection.Reason,
            Detail = rejection.Detail,
        };
    }

    private static bool MayHaveBeenKept(in Refusal refusal) => refusal.Message.IsRedelivery || refusal.Rejection.Reason == RejectionReasons.InFuture;

    // Valid readings: no junk drops them.
    private static bool MayBeHeld(in Refusal refusal) =>
        refusal.Rejection.Reason is RejectionReasons.UnknownDevice or RejectionReasons.NotStorable or RejectionReasons.InFuture;

    private static HeldDevice DeviceOf(IncomingMessage message) => new(message.DeviceUid!, message.HomeId!);

    private static async ValueTask<bool[]> AreNewAsync(
        IWriteTransaction transaction, List<Refusal> refusals, List<RejectedMessage> messages, CancellationToken cancellationToken)
    {
        var isNew = new bool[refusals.Count];
        Array.Fill(isNew, true);
        var asked = messages.Where((_, i) => MayHaveBeenKept(refusals[i])).ToList();
        if (asked.Count == 0)
        {
            return isNew;
        }

        var isKept = new bool[asked.Count];
        await transaction.FindKeptAsync(asked, isKept, cancellationToken);
        // The same message may also stand in the batch twice.
        var keptHere = new HashSet<(UInt128 Digest, string Topic, int Size)>();
        for (int i = 0, next = 0; i < isNew.Length; i++)
        {
            var key = (BinaryPrimitives.ReadUInt128LittleEndian(messages[i].Digest), messages[i].Topic, messages[i].PayloadSize);
            isNew[i] = !MayHaveBeenKept(refusals[i]) || (!isKept[next++] && !keptHere.Contains(key));
            if (isNew[i])
            {
                keptHere.Add(key);
            }
        }

        return isNew;
    }

    private void Hold(in Refusal refusal, RejectedMessage message, RetentionOptions limits)
    {
        message.IsHeld = MayBeHeld(refusal) && _held.TryHold(DeviceOf(refusal.Message), refusal.IsOfKnownDevice ? int.MaxValue : limits.HeldDevices);
        if (!message.IsHeld && refusal.Rejection.Reason == RejectionReasons.UnknownDevice)
        {
            message.Detail =
                $"device {message.DeviceUid} is not provisioned, and readings of {limits.HeldDevices} such devices (Retention:HeldDevices) are held already; it is kept among the rejected messages";
        }
    }
}
