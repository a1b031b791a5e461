using TechTemp.Clients.Device.Sending;
using TechTemp.Clients.Device.Sensors;

namespace TechTemp.Clients.Device.Simulation;

/// <summary>A fault that a simulated device may have.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Description">What it does.</param>
public sealed record SimulatedFault(string Name, string Description)
{
    /// <summary>Nothing is measured for a while.</summary>
    public static SimulatedFault Silence { get; } = new("silence", "measures nothing for 5 to 15 minutes of each hour");

    /// <summary>Single readings are far off.</summary>
    public static SimulatedFault Jumps { get; } = new("jumps", "one reading in a hundred is 5 to 15 K and up to 20 % off");

    /// <summary>Readings are sent twice.</summary>
    public static SimulatedFault Duplicates { get; } = new("duplicates", "one reading in ten is sent twice");

    /// <summary>The network is away for a while.</summary>
    public static SimulatedFault Late { get; } = new("late", "has no network for 5 to 15 minutes of each hour, and sends what it measured meanwhile afterwards");

    /// <summary>The sensor grows old.</summary>
    public static SimulatedFault Drift { get; } = new("drift", "measures 0.5 K and 1 % more with each day since the simulation began, history included");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<SimulatedFault> All { get; } = [Silence, Jumps, Duplicates, Late, Drift];
}

/// <summary>The faults of one simulated device, each at its own times.</summary>
internal sealed class SimulatedFaults(IReadOnlyCollection<SimulatedFault> faults, int seed, DateTimeOffset since) : LinkFaults
{
    /// <summary>Whether it measures nothing now.</summary>
    public bool IsSilent(DateTimeOffset now) => faults.Contains(SimulatedFault.Silence) && IsInStretch(now, 30);

    /// <inheritdoc />
    public override bool IsAway(DateTimeOffset now) => faults.Contains(SimulatedFault.Late) && IsInStretch(now, 40);

    /// <inheritdoc />
    public override bool IsSentTwice(long seq) => faults.Contains(SimulatedFault.Duplicates) && Noise.Unit(seq, seed, 50) < 0.1;

    /// <summary>What it says it measured.</summary>
    public Climate Alter(DateTimeOffset at, Climate climate)
    {
        var (temperature, humidity) = (climate.Temperature, climate.Humidity);
        var ts = at.ToUnixTimeMilliseconds();
        if (faults.Contains(SimulatedFault.Jumps) && Noise.Unit(ts, seed, 60) < 0.01)
        {
            var up = Noise.Unit(ts, seed, 61) < 0.5 ? -1 : 1;
            temperature += up * (5 + (10 * Noise.Unit(ts, seed, 62)));
            humidity += 20 * Noise.Around(ts, seed, 63);
        }

        if (faults.Contains(SimulatedFault.Drift))
        {
            var days = (at - since).TotalDays;
            temperature += 0.5 * days;
            humidity += days;
        }

        return new(Math.Clamp(temperature, -40, 85), Math.Clamp(humidity, 0, 100));
    }

    // A stretch of 5 to 15 minutes somewhere in each hour.
    private bool IsInStretch(DateTimeOffset now, int channel)
    {
        var hour = now.ToUnixTimeSeconds() / 3600;
        var length = 5 + (10 * Noise.Unit(hour, seed, channel));
        var start = (60 - length) * Noise.Unit(hour, seed, channel + 1);
        var minute = (now - DateTimeOffset.FromUnixTimeSeconds(hour * 3600)).TotalMinutes;
        return minute >= start && minute < start + length;
    }
}
