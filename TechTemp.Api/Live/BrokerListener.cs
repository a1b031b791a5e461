using System.Buffers;
using MQTTnet;
using MQTTnet.Exceptions;
using TechTemp.Data.Store;
using TechTemp.Readings.Messages;
using TechTemp.Readings.Storage;
using TechTemp.ServiceDefaults.Mqtt;

namespace TechTemp.Api.Live;

/// <summary>
/// Feeds the live stream with the states that ingest publishes. Its session is its own and ends with it: what was published
/// meanwhile is retained, and comes with the next subscription.
/// </summary>
internal sealed class BrokerListener(MqttConnection connection, LiveStates states, StoreState store, ILatestReadings latest) : BackgroundService
{
    // Those with a reading, as of the last connection.
    private HashSet<string> _devices = [];

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => connection.RunAsync(
        $"techtemp-api-{Guid.NewGuid():N}",
        builder => builder.WithCleanStart(true),
        (client, _) =>
        {
            client.ApplicationMessageReceivedAsync += ReceiveAsync;
            return Task.CompletedTask;
        },
        (client, _, cancellationToken) => SubscribeAsync(client, cancellationToken),
        stoppingToken);

    private async Task SubscribeAsync(IMqttClient client, CancellationToken cancellationToken)
    {
        await ForgetDeletedAsync(cancellationToken);
        var options = new MqttClientSubscribeOptionsBuilder().WithTopicFilter(f => f.WithTopic(SensorTopic.AllStates).WithAtLeastOnceQoS()).Build();
        var answer = await client.SubscribeAsync(options, cancellationToken);
        var code = answer.Items.Single().ResultCode;
        if (code > MqttClientSubscribeResultCode.GrantedQoS2)
        {
            throw new MqttCommunicationException($"The broker refused the subscription to {SensorTopic.AllStates} ({code}).");
        }
    }

    private async Task ReceiveAsync(MqttApplicationMessageReceivedEventArgs e)
    {
        var message = e.ApplicationMessage;
        if (message.Retain && await IsLeftOverAsync(message.Topic))
        {
            return;
        }

        // The broker sets the retain flag on what it kept, and not on what is published now (MQTT 5, section 3.3.1.3).
        states.Accept(message.Topic, message.Payload.IsSingleSegment ? message.Payload.FirstSpan : message.Payload.ToArray(), isCopy: message.Retain, MqttSpans.Context(message.UserProperties));
    }

    // A device that was deleted while there was no connection has nothing retained that would tell of it. Before the
    // subscription, so that no device is missed that is created now.
    private async Task ForgetDeletedAsync(CancellationToken cancellationToken)
    {
        if (!store.IsReady)
        {
            return;
        }

        try
        {
            _devices = (await latest.ReadAsync(LatestFilter.All, cancellationToken)).Select(reading => reading.DeviceUid).ToHashSet();
            states.KeepOnly(_devices);
        }
        catch (StoreException)
        {
            // The health check says what is wrong with the store.
        }
    }

    // Ingest clears the state of a device that is deleted, but not one that was deleted while it did not run: it knows of no device
    // that is not in the store. What the broker still keeps then is nobody's.
    private async ValueTask<bool> IsLeftOverAsync(string topic)
    {
        try
        {
            return SensorTopic.TryParseState(topic, out _, out var device) && !_devices.Contains(device)
                // One that has come since the connection was made is asked for by itself.
                && store.IsReady && (await latest.ReadAsync(new(device), CancellationToken.None)).Count == 0;
        }
        catch (StoreException)
        {
            return false;
        }
    }
}
