using TechTemp.Data.Readings;
using TechTemp.Data.Rejections;
using TechTemp.Data.Store;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Writing;

/// <summary>
/// The rules by which messages are stored, inside a transaction of any store, with what they have learned about devices in the transactions of the same session
/// before. When a transaction fails, what was learned may be half of it: the next one has new rules. Not thread-safe.
/// </summary>
internal sealed class WriteRules(IngestOptions options, ReadingClock? clock = null)
{
    private readonly KnownDevices _devices = new(options, clock);
    private readonly BatchReadings _readings = new();
    private readonly RejectionKeeping _rejections = new();
    private readonly List<Refusal> _refusals = [];
    private KnownDevice?[] _senders = [];

    /// <summary>See <see cref="IWriteTransaction.Version"/>, of the last transaction; -1 before the first one.</summary>
    public long Version { get; private set; } = -1;

    /// <summary>See <see cref="KnownDevices.AnyAhead"/>.</summary>
    public bool AnyAhead => _devices.AnyAhead;

    /// <summary>Enters a transaction. What others changed since the last one is forgotten here.</summary>
    public void Enter(IWriteTransaction transaction)
    {
        if (transaction.Version != Version)
        {
            _devices.Forget();
            _readings.Forget();
            _rejections.Forget();
            Version = transaction.Version;
        }
    }

    /// <summary>Stores the readings of a batch, or says why not.</summary>
    /// <returns>One for each message, in the batch's order.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask<Outcome[]> StoreAsync(IWriteTransaction transaction, IReadOnlyList<IncomingMessage> batch, CancellationToken cancellationToken)
    {
        var outcomes = new Outcome[batch.Count];
        if (_senders.Length < batch.Count)
        {
            _senders = new KnownDevice?[batch.Count];
        }

        await _devices.LoadAsync(transaction, batch, _senders, cancellationToken);
        _readings.Begin(batch.Count);
        for (var i = 0; i < outcomes.Length; i++)
        {
            var message = batch[i];
            if (message.IsCleared || message.Rejection is not null)
            {
                (outcomes[i], _senders[i]) = Refuse(message);
                continue;
            }

            // Unknown when the devices were looked up, it may be that of a message before.
            var device = _senders[i] ?? _devices.Find(message.DeviceUid!);
            Rejection? rejection = null;
            if (device is null)
            {
                (device, rejection) = await _devices.CreateAsync(transaction, message, cancellationToken);
            }

            rejection ??= _devices.Settle(device!, message);
            _senders[i] = rejection is null ? device : null;
            if (device is null || rejection is not null)
            {
                outcomes[i] = new(OutcomeKind.Rejected, rejection);
            }
            else if (message.Measurement.Ts < device.RawFrom)
            {
                outcomes[i] = new(OutcomeKind.Rejected, new(
                    RejectionReasons.TooOld, $"device {device.Uid} keeps no single readings before {device.RawFrom} any more, was {message.Measurement.Ts}"));
            }
            else
            {
                // Until it is known: those of this kind are asked for below.
                outcomes[i] = new(OutcomeKind.Stored);
                _readings.Add(device, message, i);
            }
        }

        await _readings.StoreAsync(transaction, cancellationToken);
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i].Kind == OutcomeKind.Stored)
            {
                outcomes[i] = _readings.OutcomeOf(batch[i], i);
                if (outcomes[i].Rejection is null)
                {
                    // The other values of it are stored.
                    outcomes[i] = outcomes[i] with { Rejection = batch[i].ValueRejection };
                }
            }

            if (_senders[i] is { } sender)
            {
                Settle(sender, batch[i], outcomes[i]);
            }
        }

        _readings.End();
        return outcomes;
    }

    /// <summary>Keeps the MQTT messages of a batch that are refused, and drops what is beyond the quotas.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="batch">The messages.</param>
    /// <param name="outcomes">What became of them; of those that are only redeliveries it is changed.</param>
    /// <param name="limits">How many are kept.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was dropped.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask<(int Rejected, IReadOnlyList<HeldLoss> Held)> KeepRejectedAsync(
        IWriteTransaction transaction, IReadOnlyList<IncomingMessage> batch, Outcome[] outcomes, RetentionOptions limits, CancellationToken cancellationToken)
    {
        for (var i = 0; i < outcomes.Length; i++)
        {
            // HTTP clients learn this from the response; a message has no other place to be kept.
            if (outcomes[i].Rejection is { } rejection && batch[i].Topic is not null)
            {
                var isOfKnownDevice = rejection.Reason == RejectionReasons.InFuture && _devices.Find(batch[i].DeviceUid!)?.Home == batch[i].HomeId;
                _refusals.Add(new(batch[i], rejection, i, isOfKnownDevice));
            }
        }

        if (_refusals.Count == 0)
        {
            return (0, []);
        }

        var isNew = await _rejections.KeepAsync(transaction, _refusals, limits, cancellationToken);
        for (var i = 0; i < isNew.Length; i++)
        {
            if (!isNew[i])
            {
                ref var outcome = ref outcomes[_refusals[i].Index];
                outcome = outcome.Kind == OutcomeKind.Rejected ? new(OutcomeKind.Duplicate) : outcome with { Rejection = null };
            }
        }

        _refusals.Clear();
        return isNew.Contains(true)
            ? (await transaction.DropRejectedAsync(limits.RejectedRows, cancellationToken),
                await _rejections.DropHeldAsync(transaction, limits.HeldPerDevice, batch[^1].ReceivedAt, cancellationToken))
            : (0, []);
    }

    /// <summary>Saves what the messages changed about their devices.</summary>
    /// <returns>The states of the devices that a message was stored or numbered for.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    public ValueTask<IReadOnlyList<DeviceState>> LeaveAsync(IWriteTransaction transaction, CancellationToken cancellationToken) =>
        _devices.LeaveAsync(transaction, cancellationToken);

    /// <summary>Every device's state, as committed.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public ValueTask<IReadOnlyList<DeviceState>> StatesAsync(IWriteTransaction transaction, CancellationToken cancellationToken) =>
        _devices.StatesAsync(transaction, cancellationToken);

    private (Outcome Outcome, KnownDevice? Sender) Refuse(IncomingMessage message)
    {
        if (message.IsCleared)
        {
            return (new(OutcomeKind.Ignored), null);
        }

        // Rejected for good: a device that counts need not send it again. Its home must be right for it to be that device's.
        var sender = message.Sequence is not null && _devices.Find(message.DeviceUid!) is { } device && device.Home == message.HomeId ? device : null;
        return (new(OutcomeKind.Rejected, message.Rejection), sender);
    }

    private void Settle(KnownDevice device, IncomingMessage message, in Outcome outcome)
    {
        device.Count(message, isNewest: outcome is { Kind: OutcomeKind.Stored, Late: false });
        // A duplicate gets a state as well: its sender has not received the acknowledgement.
        if (outcome.Kind != OutcomeKind.Rejected || message.Sequence is not null)
        {
            _devices.Touch(device);
        }
    }
}
