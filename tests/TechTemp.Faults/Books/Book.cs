using System.Diagnostics;

namespace TechTemp.Faults.Books;

/// <summary>What one device has published, and what of it was acknowledged to it, and when. Thread-safe.</summary>
/// <param name="device">The device's number.</param>
/// <param name="home">The home in which it stands.</param>
internal sealed class Book(int device, string home = SampleReading.Home)
{
    private readonly Lock _lock = new();

    // By counter - 1; 0 while not acknowledged.
    private readonly List<long> _acknowledgedAt = [];
    private int _acknowledged;

    /// <summary>The device's number.</summary>
    public int Device => device;

    /// <summary>The home in which it stands.</summary>
    public string Home => home;

    /// <summary>How many readings were published, each perhaps more than once.</summary>
    public int Sent
    {
        get
        {
            lock (_lock)
            {
                return _acknowledgedAt.Count;
            }
        }
    }

    /// <summary>How many were acknowledged.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>The next reading.</summary>
    public Sample Next()
    {
        lock (_lock)
        {
            _acknowledgedAt.Add(0);
            return new(device, _acknowledgedAt.Count);
        }
    }

    /// <summary>Notes that a reading was acknowledged.</summary>
    public void Acknowledge(Sample sample)
    {
        lock (_lock)
        {
            ref var at = ref System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_acknowledgedAt)[(int)sample.Counter - 1];
            if (at == 0)
            {
                at = Stopwatch.GetTimestamp();
                _acknowledged++;
            }
        }
    }

    /// <summary>Whether this device published this reading.</summary>
    public bool Has(Sample sample) => sample.Device == device && sample.Counter > 0 && sample.Counter <= Sent;

    /// <summary>When a reading was acknowledged, by <see cref="Stopwatch.GetTimestamp"/>; null when it was not.</summary>
    public long? AcknowledgedAt(long counter)
    {
        lock (_lock)
        {
            return _acknowledgedAt[(int)counter - 1] is not 0 and var at ? at : null;
        }
    }

    /// <summary>The readings that were published and not acknowledged, oldest first.</summary>
    public IReadOnlyList<Sample> Unacknowledged()
    {
        lock (_lock)
        {
            return [.. Enumerable.Range(0, _acknowledgedAt.Count).Where(i => _acknowledgedAt[i] == 0).Select(i => new Sample(device, i + 1))];
        }
    }
}
