using System.Buffers;
using Microsoft.Data.Sqlite;
using MQTTnet;
using MQTTnet.Exceptions;
using TechTemp.Data.Readings;
using TechTemp.Data.Store;
using TechTemp.ServiceDefaults.Mqtt;

namespace TechTemp.Api.Live;

/// <summary>
/// Feeds the live stream with the states that ingest publishes. Its session is its own and ends with it: what was published
/// meanwhile is retained, and comes with the next subscription.
/// </summary>
internal sealed class BrokerListener(MqttConnection connection, LiveStates states, StoreState store, LatestQueries queries) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => connection.RunAsync(
        $"techtemp-api-{Guid.NewGuid():N}",
        builder => builder.WithCleanStart(true),
        (client, _) =>
        {
            client.ApplicationMessageReceivedAsync += Receive;
            return Task.CompletedTask;
        },
        (client, _, cancellationToken) => SubscribeAsync(client, cancellationToken),
        stoppingToken);

    private async Task SubscribeAsync(IMqttClient client, CancellationToken cancellationToken)
    {
        ForgetDeleted();
        var options = new MqttClientSubscribeOptionsBuilder().WithTopicFilter(f => f.WithTopic(SensorTopic.AllStates).WithAtLeastOnceQoS()).Build();
        var answer = await client.SubscribeAsync(options, cancellationToken);
        var code = answer.Items.Single().ResultCode;
        if (code > MqttClientSubscribeResultCode.GrantedQoS2)
        {
            throw new MqttCommunicationException($"The broker refused the subscription to {SensorTopic.AllStates} ({code}).");
        }
    }

    private Task Receive(MqttApplicationMessageReceivedEventArgs e)
    {
        var message = e.ApplicationMessage;
        // The broker sets the retain flag on what it kept, and not on what is published now (MQTT 5, section 3.3.1.3).
        states.Accept(message.Topic, message.Payload.IsSingleSegment ? message.Payload.FirstSpan : message.Payload.ToArray(), isCopy: message.Retain);
        return Task.CompletedTask;
    }

    // A device that was deleted while there was no connection has nothing retained that would tell of it. Before the
    // subscription, so that no device is missed that is created now.
    private void ForgetDeleted()
    {
        if (!store.IsReady)
        {
            return;
        }

        try
        {
            states.KeepOnly(queries.Read().Select(reading => reading.DeviceUid).ToHashSet());
        }
        catch (SqliteException)
        {
            // The health check says what is wrong with the store.
        }
    }
}
