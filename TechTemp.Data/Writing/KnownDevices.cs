using TechTemp.Data.Devices;
using TechTemp.Data.Readings;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Writing;

/// <summary>
/// The devices, as the writer of readings needs them: looked up once, remembered until somebody else commits, written
/// back at the end of each transaction. Not thread-safe.
/// </summary>
internal sealed class KnownDevices(IngestOptions options, ReadingClock? clock)
{
    private readonly Dictionary<string, KnownDevice> _devices = [];
    private readonly HashSet<string> _unknown = [];
    private readonly List<KnownDevice> _touched = [];
    private readonly List<KnownDevice> _settled = [];
    private long? _unprovisioned;

    /// <summary>Whether a device whose newest reading is of the future was seen since the last <see cref="StatesAsync"/>, or by it: its state changes with time alone.</summary>
    public bool AnyAhead { get; private set; }

    /// <summary>Somebody else has changed the store.</summary>
    public void Forget()
    {
        _devices.Clear();
        _unprovisioned = null;
    }

    /// <summary>Looks up the devices of a batch, those that are not remembered all at once.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="batch">The messages.</param>
    /// <param name="devices">Receives the remembered ones by the places of their messages; null elsewhere.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask LoadAsync(IWriteTransaction transaction, IReadOnlyList<IncomingMessage> batch, KnownDevice?[] devices, CancellationToken cancellationToken)
    {
        _unknown.Clear();
        for (var i = 0; i < batch.Count; i++)
        {
            devices[i] = null;
            if (batch[i] is { IsCleared: false, DeviceUid: { } uid } message
                && (message.Rejection is null || message.Sequence is not null || message.Rejection.Reason == RejectionReasons.InFuture)
                && !_devices.TryGetValue(uid, out devices[i]))
            {
                _unknown.Add(uid);
            }
        }

        if (_unknown.Count > 0)
        {
            foreach (var device in await transaction.FindDevicesAsync(_unknown, cancellationToken))
            {
                _devices.Add(device.Uid, device);
            }
        }
    }

    /// <summary>A device of the batch by its uid; null when it is unknown.</summary>
    public KnownDevice? Find(string uid) => _devices.GetValueOrDefault(uid);

    /// <summary>Creates the unknown device of a valid message, where that is allowed.</summary>
    /// <returns>The device, or why the message may not be stored.</returns>
    public async ValueTask<(KnownDevice? Device, Rejection? Rejection)> CreateAsync(
        IWriteTransaction transaction, IncomingMessage message, CancellationToken cancellationToken)
    {
        var uid = message.DeviceUid!;
        if (options.UnknownDevices == UnknownDevices.Hold)
        {
            return (null, new(RejectionReasons.UnknownDevice, $"device {uid} is not provisioned; its readings are held until it is"));
        }

        // Counted only where a device would be created, and once for as long as nobody else writes.
        _unprovisioned ??= await transaction.CountUnprovisionedAsync(cancellationToken);
        if (_unprovisioned >= options.MaxAutoRegistered)
        {
            return (null, new(
                RejectionReasons.UnknownDevice,
                $"device {uid} is not provisioned, and there are {options.MaxAutoRegistered} such devices (Ingest:MaxAutoRegistered) already; its readings are held until it is"));
        }

        var device = await transaction.CreateDeviceAsync(uid, message.HomeId, Device.AutoDiscoveredLabel, message.ReceivedAt, cancellationToken);
        _devices.Add(uid, device);
        _unprovisioned++;
        return (device, null);
    }

    /// <summary>Gives a device without a home the one that a message of it names.</summary>
    /// <returns>Why the message may not be stored: it names another home; null when it may.</returns>
    public Rejection? Settle(KnownDevice device, IncomingMessage message)
    {
        if (message.HomeId is null || message.HomeId == device.Home)
        {
            return null;
        }

        if (device.Home is { } home)
        {
            return new(RejectionReasons.HomeMismatch, $"device {device.Uid} belongs to home {home}, not {message.HomeId}");
        }

        device.Home = message.HomeId;
        _settled.Add(device);
        return null;
    }

    /// <summary>Marks a device: it is saved at the end, and its state is published.</summary>
    public void Touch(KnownDevice device)
    {
        if (!device.IsTouched)
        {
            device.IsTouched = true;
            _touched.Add(device);
        }
    }

    /// <summary>Saves what the transaction changed about its devices.</summary>
    /// <returns>The states of the devices touched.</returns>
    public async ValueTask<IReadOnlyList<DeviceState>> LeaveAsync(IWriteTransaction transaction, CancellationToken cancellationToken)
    {
        List<KnownDevice> changed = _settled.Count == 0 ? _touched : [.. _touched, .. _settled.Where(d => !d.IsTouched)];
        if (changed.Count > 0)
        {
            await transaction.SaveDevicesAsync(changed, cancellationToken);
        }

        foreach (var device in changed)
        {
            device.Leave();
        }

        var states = await StatesOfAsync(transaction, _touched, cancellationToken);
        _touched.Clear();
        _settled.Clear();
        return states;
    }

    /// <summary>Every device's state, as committed.</summary>
    public async ValueTask<IReadOnlyList<DeviceState>> StatesAsync(IWriteTransaction transaction, CancellationToken cancellationToken)
    {
        AnyAhead = false;
        return await StatesOfAsync(transaction, await transaction.AllDevicesAsync(cancellationToken), cancellationToken);
    }

    // As of its newest reading that is not of the future; as of the newest one where it has no other and must be told what is acknowledged.
    private async ValueTask<IReadOnlyList<DeviceState>> StatesOfAsync(
        IWriteTransaction transaction, IReadOnlyList<KnownDevice> devices, CancellationToken cancellationToken)
    {
        var states = new List<DeviceState>(devices.Count);
        List<(KnownDevice Device, int Position)>? ahead = null;
        for (var i = 0; i < devices.Count; i++)
        {
            var device = devices[i];
            if (device.Newest is { } newest)
            {
                if (clock is null || newest.Ts <= clock.ShownUpTo || newest.Ts <= device.LastSeenAt + clock.Tolerance)
                {
                    states.Add(device.StateOf(newest));
                }
                else
                {
                    (ahead ??= []).Add((device, states.Count));
                }
            }
        }

        if (ahead is not null)
        {
            AnyAhead = true;
            var shown = new Measurement?[ahead.Count];
            await transaction.FindNewestAsync(ahead.Select(a => new ReadingKey(a.Device.Id, ShownUpTo(a.Device))).ToArray(), shown, cancellationToken);
            // From the last one, so that the positions before it stay right.
            for (var i = ahead.Count - 1; i >= 0; i--)
            {
                var (device, position) = ahead[i];
                if ((shown[i] ?? (device.Acked is not null ? device.Newest : null)) is { } measurement)
                {
                    states.Insert(position, device.StateOf(measurement));
                }
            }
        }

        return states;
    }

    private long ShownUpTo(KnownDevice device) => Math.Max(clock!.ShownUpTo, (device.LastSeenAt ?? 0) + clock.Tolerance);
}
