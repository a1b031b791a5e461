using TechTemp.Clients.Device.Sensors;

namespace TechTemp.Clients.Device.Simulation;

/// <summary>A sensor that is not there, in a room that is not there.</summary>
internal sealed class SimulatedSensor(SimulatedRoom room, SimulatedFaults faults) : ISensor
{
    /// <inheritdoc />
    public Task<Climate?> MeasureAsync(DateTimeOffset at, CancellationToken cancellationToken) => Task.FromResult(Measure(at));

    /// <summary>What it measures at any moment.</summary>
    public Climate? Measure(DateTimeOffset at) => faults.IsSilent(at) ? null : faults.Alter(at, room.At(at));
}
