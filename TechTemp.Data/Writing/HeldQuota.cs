using TechTemp.Data.Rejections;

namespace TechTemp.Data.Writing;

/// <summary>
/// The quota of held readings: so many of each device and home, of so many devices. Beyond it the oldest of the same device are dropped,
/// never those of another one, and what was dropped is written down. Not thread-safe.
/// </summary>
internal sealed class HeldQuota
{
    private readonly Dictionary<HeldDevice, long> _held = [];
    private readonly Dictionary<HeldDevice, long> _counted = [];
    private readonly HashSet<HeldDevice> _touched = [];
    private long? _deviceCount;

    /// <summary>Somebody else has changed the store.</summary>
    public void Forget()
    {
        _held.Clear();
        _deviceCount = null;
    }

    /// <summary>Counts what is held of the devices whose messages are about to be kept, where it is not known.</summary>
    public async ValueTask LoadAsync(IWriteTransaction transaction, IEnumerable<HeldDevice> devices, CancellationToken cancellationToken)
    {
        _counted.Clear();
        var unknown = devices.Where(d => !_held.ContainsKey(d)).Distinct().ToList();
        if (unknown.Count == 0)
        {
            return;
        }

        var counts = new long[unknown.Count];
        await transaction.CountHeldAsync(unknown, counts, cancellationToken);
        for (var i = 0; i < counts.Length; i++)
        {
            _counted[unknown[i]] = counts[i];
        }

        // Counted only where another device would be held, and once for as long as nobody else writes.
        if (_deviceCount is null && counts.Contains(0))
        {
            _deviceCount = await transaction.CountHeldDevicesAsync(cancellationToken);
        }
    }

    /// <summary>Counts a message that is about to be kept.</summary>
    /// <param name="device">Its device, which was loaded.</param>
    /// <param name="devices">How many devices may have held readings.</param>
    /// <returns>False when it is of one device too many.</returns>
    public bool TryHold(HeldDevice device, int devices)
    {
        if (!_held.TryGetValue(device, out var held))
        {
            held = _counted[device];
        }

        if (held == 0)
        {
            if (_deviceCount >= devices)
            {
                return false;
            }

            _deviceCount++;
        }

        _held[device] = held + 1;
        _touched.Add(device);
        return true;
    }

    /// <summary>Drops what is beyond the quota of the devices counted since the last call, and writes down how much.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="perDevice">The quota.</param>
    /// <param name="now">Unix milliseconds UTC.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<IReadOnlyList<HeldLoss>> DropAsync(IWriteTransaction transaction, int perDevice, long now, CancellationToken cancellationToken)
    {
        List<HeldLoss>? excess = null;
        foreach (var device in _touched)
        {
            if (_held[device] > perDevice)
            {
                (excess ??= []).Add(new(device.DeviceUid, device.Home, _held[device] - perDevice));
            }
        }

        _touched.Clear();
        if (excess is null)
        {
            return [];
        }

        var losses = await transaction.DropHeldAsync(excess, now, cancellationToken);
        foreach (var loss in losses)
        {
            _held[new(loss.DeviceUid, loss.Home)] -= loss.Count;
        }

        return losses;
    }
}
