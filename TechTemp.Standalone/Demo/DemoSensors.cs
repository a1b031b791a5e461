using TechTemp.Clients.Device;
using TechTemp.Data.Devices;
using TechTemp.Data.Readings;
using TechTemp.Data.Store;
using TechTemp.Standalone.Broker;

namespace TechTemp.Standalone.Demo;

/// <summary>Gives the simulated sensors their rooms and a week of history, then lets them publish every few seconds.</summary>
internal sealed partial class DemoSensors(
    StoreState store,
    IServiceScopeFactory scopes,
    ReadingWriter writer,
    LatestQueries latest,
    EmbeddedBroker broker,
    TimeProvider time,
    ILogger<DemoSensors> logger) : BackgroundService
{
    private const string Home = "demo";
    private static readonly TimeSpan s_history = TimeSpan.FromDays(7);
    private static readonly TimeSpan s_step = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await store.WaitAsync(stoppingToken);
        var count = 0;
        foreach (var sensor in SimulatedSensor.House)
        {
            count += await FurnishAsync(sensor, stoppingToken);
        }

        LogReady(logger, SimulatedSensor.House.Count, count);
        using var timer = new PeriodicTimer(s_interval, time);
        do
        {
            await PublishAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<int> FurnishAsync(SimulatedSensor sensor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var start = new DateTimeOffset((now - s_history).Ticks / s_step.Ticks * s_step.Ticks, TimeSpan.Zero);
        await using var scope = scopes.CreateAsyncScope();
        var devices = scope.ServiceProvider.GetRequiredService<DeviceRegistry>();
        if (await devices.ProvisionAsync(new(sensor.Uid, sensor.Room, null, null, "Simulated", Home), cancellationToken) == DeviceOutcome.Done)
        {
            await devices.UpdateAsync(sensor.Uid, new(false, null, sensor.Room, null, start), cancellationToken);
        }

        // A demo that was away goes on where it ended.
        if (latest.Read(sensor.Uid) is [var newest] && newest.Ts > start.ToUnixTimeMilliseconds())
        {
            start = new DateTimeOffset((DateTimeOffset.FromUnixTimeMilliseconds(newest.Ts).Ticks / s_step.Ticks + 1) * s_step.Ticks, TimeSpan.Zero);
        }

        var history = new List<IncomingMessage>();
        for (var at = start; at < now; at += s_step)
        {
            history.Add(IncomingMessage.FromMeasurement(sensor.Uid, Measure(sensor, at), now.ToUnixTimeMilliseconds(), ReadingSource.Simulated, Home));
        }

        if (history.Count > 0)
        {
            writer.Write(history);
        }

        return history.Count;
    }

    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var sensor in SimulatedSensor.House)
        {
            await broker.PublishAsync(SensorTopic.Reading(Home, sensor.Uid), SimulatedHouse.Payload(sensor.MeasureAt(now)), cancellationToken);
        }
    }

    private static Measurement Measure(SimulatedSensor sensor, DateTimeOffset at)
    {
        var reading = sensor.MeasureAt(at);
        return new(reading.Ts, reading.Temperature, reading.Humidity);
    }

    [LoggerMessage(50, LogLevel.Information, "Demo: {Sensors} simulated sensors, {Readings} readings of history added")]
    private static partial void LogReady(ILogger logger, int sensors, int readings);
}
