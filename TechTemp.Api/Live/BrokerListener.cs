using MQTTnet;
using TechTemp.Data.Readings;
using TechTemp.ServiceDefaults.Mqtt;

namespace TechTemp.Api.Live;

/// <summary>Stands by at the broker for the states that ingest publishes. Its session is its own and ends with it.</summary>
internal sealed class BrokerListener(MqttConnection connection) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => connection.RunAsync(
        $"techtemp-api-{Guid.NewGuid():N}",
        builder => builder.WithCleanStart(true),
        (_, _) => Task.CompletedTask,
        (client, _, cancellationToken) => client.SubscribeAsync(SensorTopic.AllStates, cancellationToken: cancellationToken),
        stoppingToken);
}
