using Microsoft.Extensions.Logging;
using TechTemp.Clients.Device.Sending;
using TechTemp.Clients.Device.Sensors;
using TechTemp.Clients.Device.Settings;
using TechTemp.Clients.Device.Spool;

namespace TechTemp.Clients.Device.Simulation;

/// <summary>Devices as on a Pi, spool and connection and all, with simulated sensors in simulated rooms.</summary>
public sealed partial class SimulatedHouse(SimulationOptions options, TimeProvider time, ILogger<SimulatedHouse> logger)
{
    /// <summary>The rooms, one device each.</summary>
    public IReadOnlyList<SimulatedRoom> Rooms { get; } = SimulatedRoom.House(options.Devices);

    /// <summary>What a room's sensor has measured from a moment of the grid until now, without faults.</summary>
    public static IEnumerable<SensorReading> History(SimulatedRoom room, DateTimeOffset from, TimeSpan every, DateTimeOffset until) =>
        History(new SimulatedSensor(room, new([], 0, from)), from, every, until);

    /// <summary>Sends the past, then measures and sends until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var now = time.GetUtcNow();
        var temporary = options.SpoolFolder is null ? Directory.CreateTempSubdirectory("techtemp-simulator-") : null;
        try
        {
            LogStarted(logger, Rooms.Count, BrokerConnection.Describe(options.Broker));
            await Task.WhenAll(Rooms.Select((room, i) => RunAsync(room, i, options.SpoolFolder ?? temporary!.FullName, now, stopping)));
        }
        finally
        {
            temporary?.Delete(recursive: true);
        }
    }

    private async Task RunAsync(SimulatedRoom room, int index, string folder, DateTimeOffset now, CancellationToken stopping)
    {
        var faults = new SimulatedFaults(options.Faults, index + 1, now - options.History);
        var sensor = new SimulatedSensor(room, faults);
        var device = new DeviceOptions { Id = SimulationOptions.Uid(room), Home = options.Home, Every = options.Every, AcknowledgedBy = options.AcknowledgedBy };
        using var spool = ReadingSpool.Open(Path.Combine(folder, device.Id), options.MaxReadings, time, logger);
        var from = ClockGrid.AtOrBefore(now - options.History, options.HistoryEvery);
        // A spool that is there already has its past.
        if (options.History > TimeSpan.Zero && (spool.NewestTs is not { } newest || newest < from.ToUnixTimeMilliseconds()))
        {
            spool.Append(History(sensor, from, options.HistoryEvery, now));
        }

        var link = options.Faults.Count > 0 ? faults : LinkFaults.None;
        await new SensorDevice(device, options.Broker, sensor, spool, link, time, logger).RunAsync(stopping);
    }

    private static IEnumerable<SensorReading> History(SimulatedSensor sensor, DateTimeOffset from, TimeSpan every, DateTimeOffset until)
    {
        for (var at = from; at < until; at += every)
        {
            if (sensor.Measure(at) is { } climate)
            {
                yield return new(at.ToUnixTimeMilliseconds(), Math.Round(climate.Temperature, 2), Math.Round(climate.Humidity, 2));
            }
        }
    }

    [LoggerMessage(40, LogLevel.Information, "{Devices} simulated devices publish to {Broker}")]
    private static partial void LogStarted(ILogger logger, int devices, string broker);
}
