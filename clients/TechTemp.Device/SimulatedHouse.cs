using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace TechTemp.Clients.Device;

/// <summary>
/// Publishes what the sensors of <see cref="SimulatedSensor.House"/> measure, every few seconds, as sensors do: MQTT,
/// QoS 1. Configuration: <c>ConnectionStrings:mosquitto</c> or <c>MQTT_URL</c>, <c>every</c> (default 00:00:05).
/// </summary>
public sealed partial class SimulatedHouse(IConfiguration configuration, ILogger<SimulatedHouse> logger) : BackgroundService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private readonly Uri _broker = new(configuration.GetConnectionString("mosquitto") ?? configuration["MQTT_URL"] ?? "mqtt://localhost:1883");
    private readonly TimeSpan _every = configuration.GetValue("every", TimeSpan.FromSeconds(5));

    /// <summary>A sensor's payload (contract, section 1).</summary>
    public static byte[] Payload(SimulatedReading reading) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        ts = reading.Ts,
        temperature_c = reading.Temperature,
        humidity_pct = reading.Humidity,
    });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failed = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            using var client = new MqttClientFactory().CreateMqttClient();
            try
            {
                await ConnectAsync(client, stoppingToken);
                failed = false;
                LogConnected(logger, SimulatedSensor.House.Count, _broker.Host);
                await PublishAsync(client, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Said once; an absent broker would otherwise fill the log.
                if (!failed)
                {
                    LogLost(logger, _broker.Host, e.Message);
                }

                failed = true;
                await Task.Delay(s_pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                // Told to stop.
            }
        }
    }

    private async Task ConnectAsync(IMqttClient client, CancellationToken cancellationToken)
    {
        var options = new MqttClientOptionsBuilder().WithProtocolVersion(MqttProtocolVersion.V500).WithConnectionUri(_broker).Build();
        var result = await client.ConnectAsync(options, cancellationToken);
        if (result.ResultCode != MqttClientConnectResultCode.Success)
        {
            throw new InvalidOperationException($"The broker refused the connection ({result.ResultCode}).");
        }
    }

    private async Task PublishAsync(IMqttClient client, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_every);
        do
        {
            var now = TimeProvider.System.GetUtcNow();
            foreach (var sensor in SimulatedSensor.House)
            {
                await client.PublishAsync(
                    new MqttApplicationMessageBuilder()
                        .WithTopic($"home/demo/sensors/{sensor.Uid}/reading")
                        .WithPayload(Payload(sensor.MeasureAt(now)))
                        .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
                        .Build(),
                    cancellationToken);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    [LoggerMessage(1, LogLevel.Information, "{Sensors} simulated sensors publish to {Host}")]
    private static partial void LogConnected(ILogger logger, int sensors, string host);

    [LoggerMessage(2, LogLevel.Warning, "No connection to {Host}: {Message} Trying again until it answers")]
    private static partial void LogLost(ILogger logger, string host, string message);
}
