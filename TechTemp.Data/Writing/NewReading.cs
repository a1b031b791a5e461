using TechTemp.Data.Readings;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Writing;

/// <summary>A reading of a device that is in the store.</summary>
public readonly struct NewReading
{
    private readonly IncomingMessage _message;

    internal NewReading(KnownDevice device, IncomingMessage message, int index)
    {
        (Device, _message, Index) = (device, message, index);
        (DeviceId, Ts) = (device.Id, message.Measurement.Ts);
    }

    /// <summary>The store's key of the device.</summary>
    public int DeviceId { get; }

    /// <summary>Time of measurement, unix milliseconds UTC.</summary>
    public long Ts { get; }

    /// <summary>What was measured.</summary>
    public Measurement Measurement => _message.Measurement;

    /// <summary>The way it came in.</summary>
    public ReadingSource Source => _message.Source;

    internal KnownDevice Device { get; }

    /// <summary>Its place in the batch.</summary>
    internal int Index { get; }

    internal ReadingKey Key => new(DeviceId, Ts);
}
