using System.Collections.Concurrent;
using MQTTnet;
using MQTTnet.Formatter;
using TechTemp.Testing;

namespace TechTemp.Rules.Tests.Workers;

/// <summary>What the division of homes relies on: a message bears the Subscription Identifier that the subscription had when the broker routed it, not when it sends it.</summary>
public sealed class SubscriptionIdentifierTests
{
    private const string Filter = "home/+/sensors/+/reading";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_queued_message_keeps_its_identifier_when_the_subscription_changes_and_the_broker_restarts()
    {
        await using var broker = await MosquittoProcess.StartAsync(MosquittoConfiguration.Ours);
        var received = new ConcurrentQueue<(string Topic, uint[] Identifiers)>();
        using (var first = await ConnectAsync(broker, null))
        {
            await SubscribeAsync(first, 3);
            await first.DisconnectAsync(new MqttClientDisconnectOptions(), Cancel);
        }

        await broker.Client.PublishAsync(SampleReading.Topic("before"), "1");
        await broker.StopAsync();
        await broker.StartAsync();
        // One message in flight: the others are still queued when the subscription changes.
        using var second = await ConnectAsync(broker, received);
        await broker.Client.PublishAsync(SampleReading.Topic("between"), "2");
        await SubscribeAsync(second, 8);
        await broker.Client.PublishAsync(SampleReading.Topic("after"), "3");
        await Eventually.TrueAsync(() => received.Count == 3, "all have come");
        Assert.Equal([("before", 3u), ("between", 3u), ("after", 8u)], received.Select(r => (r.Topic.Split('/')[3], Assert.Single(r.Identifiers))));
    }

    private static async Task<IMqttClient> ConnectAsync(MosquittoProcess broker, ConcurrentQueue<(string, uint[])>? received)
    {
        var client = new MqttClientFactory().CreateMqttClient();
        client.ApplicationMessageReceivedAsync += async e =>
        {
            e.AutoAcknowledge = false;
            received?.Enqueue((e.ApplicationMessage.Topic, [.. e.ApplicationMessage.SubscriptionIdentifiers ?? []]));
            await e.AcknowledgeAsync(Cancel);
        };
        await client.ConnectAsync(
            new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", broker.Port).WithProtocolVersion(MqttProtocolVersion.V500)
                .WithClientId("first").WithCleanStart(false).WithSessionExpiryInterval(3600).WithReceiveMaximum(1).Build(),
            Cancel);
        return client;
    }

    private static Task<MqttClientSubscribeResult> SubscribeAsync(IMqttClient client, uint identifier) =>
        client.SubscribeAsync(new MqttClientSubscribeOptionsBuilder().WithSubscriptionIdentifier(identifier).WithTopicFilter(f => f.WithTopic(Filter).WithAtLeastOnceQoS()).Build(), Cancel);
}
