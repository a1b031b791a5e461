using System.Globalization;
using Microsoft.Extensions.Options;
using TechTemp.Clients.Device.Simulation;
using TechTemp.Data.Devices;
using TechTemp.Data.Readings;
using TechTemp.Data.Registries;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;
using TechTemp.Data.Writing;
using TechTemp.Readings.Storage;
using TechTemp.ServiceDefaults.Mqtt;
using TechTemp.Standalone.Broker;

namespace TechTemp.Standalone.Demo;

/// <summary>
/// Gives the simulated devices their rooms and a week of history, then lets them measure every few seconds and send it to the broker, as
/// devices do. The history goes straight into the store, marked as simulated, so that it is there at once.
/// </summary>
internal sealed partial class DemoSensors(
    StoreState store,
    StoreConnections connections,
    IServiceScopeFactory scopes,
    ReadingWriter writer,
    ILatestReadings latest,
    IOptions<BrokerOptions> broker,
    IOptions<MqttOptions> credentials,
    TimeProvider time,
    ILoggerFactory loggers,
    ILogger<DemoSensors> logger) : BackgroundService
{
    private const string Home = "demo";
    private static readonly TimeSpan s_history = TimeSpan.FromDays(7);
    private static readonly TimeSpan s_step = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await store.WaitAsync(stoppingToken);
        var house = new SimulatedHouse(
            new()
            {
                Home = Home,
                Broker = new()
                {
                    Url = string.Create(CultureInfo.InvariantCulture, $"mqtt://127.0.0.1:{broker.Value.Port}"),
                    Username = credentials.Value.Username,
                    Password = credentials.Value.Password,
                },
                // Beside the store, which they belong to.
                SpoolFolder = Path.ChangeExtension(connections.Path, null) + "-devices",
            },
            time,
            loggers.CreateLogger<SimulatedHouse>());
        var count = 0;
        foreach (var room in house.Rooms)
        {
            count += await FurnishAsync(room, stoppingToken);
        }

        LogReady(logger, house.Rooms.Count, count);
        await house.RunAsync(stoppingToken);
    }

    private async Task<int> FurnishAsync(SimulatedRoom room, CancellationToken cancellationToken)
    {
        var uid = SimulationOptions.Uid(room);
        var now = time.GetUtcNow();
        var start = new DateTimeOffset((now - s_history).Ticks / s_step.Ticks * s_step.Ticks, TimeSpan.Zero);
        await using var scope = scopes.CreateAsyncScope();
        var devices = scope.ServiceProvider.GetRequiredService<DeviceRegistry>();
        if (await devices.ProvisionAsync(new(uid, room.Name, null, null, "Simulated", Home), cancellationToken) == DeviceOutcome.Done)
        {
            await devices.UpdateAsync(uid, new(false, null, room.Name, null, start), cancellationToken);
        }

        // A demo that was away goes on where it ended.
        if (await latest.ReadAsync(new(uid), cancellationToken) is [var newest] && newest.Ts > start.ToUnixTimeMilliseconds())
        {
            start = new DateTimeOffset((DateTimeOffset.FromUnixTimeMilliseconds(newest.Ts).Ticks / s_step.Ticks + 1) * s_step.Ticks, TimeSpan.Zero);
        }

        var history = SimulatedHouse.History(room, start, s_step, now)
            .Select(r => IncomingMessage.FromMeasurement(uid, new(r.Ts, r.Temperature, r.Humidity), now.ToUnixTimeMilliseconds(), ReadingSource.Simulated, Home))
            .ToList();
        if (history.Count > 0)
        {
            await writer.WriteAsync(history, cancellationToken);
        }

        return history.Count;
    }

    [LoggerMessage(50, LogLevel.Information, "Demo: {Sensors} simulated sensors, {Readings} readings of history added")]
    private static partial void LogReady(ILogger logger, int sensors, int readings);
}
