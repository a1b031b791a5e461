using TechTemp.Dashboard.Api;

namespace TechTemp.Dashboard.Fleets;

/// <summary>A device with its newest reading, and with what lists search and sort by.</summary>
public sealed record Sensor
{
    // %. Enough for the days until somebody brings another battery.
    private const double LowCharge = 20;

    /// <summary>A device as the API answered it.</summary>
    public Sensor(Device device, LatestReading? latest)
    {
        (Device, Latest, Status) = (device, latest, device.Status);
        // The label of a device that registered itself is the same for all of them.
        Name = device is { Provisioned: true, Label: { } label } ? label : device.Uid;
        SearchText = SearchWords.Fold($"{Name}\n{device.Uid}\n{device.Room?.Name}\n{device.Model}");
    }

    /// <summary>The device.</summary>
    public Device Device { get; }

    /// <summary>Its newest reading; null when it has none.</summary>
    public LatestReading? Latest { get; private init; }

    /// <summary>online, late, offline or never.</summary>
    public string Status { get; private init; }

    /// <summary>Its label, or its uid where nobody has given it one.</summary>
    public string Name { get; }

    /// <summary>What a search looks at, folded by <see cref="SearchWords"/>.</summary>
    public string SearchText { get; }

    /// <summary>The charge of its battery, %, where that is low; else null.</summary>
    public double? LowBattery => Latest?.Values[Quantity.BatteryKey] is { } charge and <= LowCharge ? charge : null;

    /// <summary>When <see cref="Latest"/> arrived over the stream, a timestamp of the clock; 0 when it did not.</summary>
    public long ArrivedAt { get; private init; }

    /// <summary>With a reading that has just arrived; the same object when it says nothing new.</summary>
    public Sensor With(LatestReading reading, long arrivedAt) =>
        reading.Ts < Latest?.Ts || reading == Latest ? this : this with { Latest = reading, Status = "online", ArrivedAt = arrivedAt };
}
