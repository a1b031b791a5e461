using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Protocol;
using TechTemp.Readings.Messages;

namespace TechTemp.Ingest.Mqtt;

/// <summary>The subscriptions of one connection to the broker. Every call may be repeated, and throws where the broker refuses or the connection is lost.</summary>
internal sealed class ShareSubscriptions(IMqttClient client)
{
    /// <summary>How many filters one packet has at most: brokers limit them.</summary>
    public const int MostFilters = 100;

    private bool _hasEndedAll;

    /// <summary>The filter of one home's readings.</summary>
    public static string Filter(string home) => SensorTopic.Reading(home, "+");

    /// <summary>Subscribes to every home. What is routed from now on bears the identifier, and nothing is missed when that changes (MQTT 5, section 3.8.4).</summary>
    public Task SubscribeAllAsync(uint identifier, CancellationToken cancellationToken)
    {
        _hasEndedAll = false;
        return SubscribeAsync([SensorTopic.AllReadings], builder => builder.WithSubscriptionIdentifier(identifier), cancellationToken);
    }

    /// <summary>Subscribes to homes.</summary>
    public Task SubscribeAsync(IEnumerable<string> homes, CancellationToken cancellationToken) => SubscribeAsync([.. homes.Select(Filter)], builder => builder, cancellationToken);

    /// <summary>Subscribes to every home together with others. A shared subscription has no retain handling (MQTT 5, section 4.8.2).</summary>
    public Task SubscribeSharedAsync(string filter, CancellationToken cancellationToken) => SubscribeAsync([filter], builder => builder, cancellationToken);

    /// <summary>Ends the subscription to every home, once on this connection.</summary>
    public async Task EndAllAsync(CancellationToken cancellationToken)
    {
        if (!_hasEndedAll)
        {
            await EndFiltersAsync([SensorTopic.AllReadings], cancellationToken);
            _hasEndedAll = true;
        }
    }

    /// <summary>Ends the subscriptions to homes.</summary>
    public Task EndAsync(IEnumerable<string> homes, CancellationToken cancellationToken) => EndFiltersAsync(homes.Select(Filter), cancellationToken);

    /// <summary>Closes the connection, whose session stays.</summary>
    public Task DisconnectAsync(CancellationToken cancellationToken) => client.DisconnectAsync(new MqttClientDisconnectOptions(), cancellationToken);

    private async Task SubscribeAsync(IReadOnlyList<string> filters, Func<MqttClientSubscribeOptionsBuilder, MqttClientSubscribeOptionsBuilder> configure, CancellationToken cancellationToken)
    {
        var builder = configure(new MqttClientSubscribeOptionsBuilder());
        foreach (var filter in filters)
        {
            builder = builder.WithTopicFilter(f => f
                .WithTopic(filter)
                .WithAtLeastOnceQoS()
                .WithRetainAsPublished()
                .WithRetainHandling(MqttRetainHandling.SendAtSubscribeIfNewSubscriptionOnly));
        }

        var answer = await client.SubscribeAsync(builder.Build(), cancellationToken);
        if (answer.Items.FirstOrDefault(item => item.ResultCode > MqttClientSubscribeResultCode.GrantedQoS2) is { } refused)
        {
            throw new MqttCommunicationException($"The broker refused the subscription to {refused.TopicFilter.Topic} ({refused.ResultCode}).");
        }
    }

    private async Task EndFiltersAsync(IEnumerable<string> filters, CancellationToken cancellationToken)
    {
        var builder = new MqttClientUnsubscribeOptionsBuilder();
        foreach (var filter in filters)
        {
            builder = builder.WithTopicFilter(filter);
        }

        await client.UnsubscribeAsync(builder.Build(), cancellationToken);
    }
}
