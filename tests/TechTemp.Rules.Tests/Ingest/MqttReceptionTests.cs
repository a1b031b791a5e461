using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using TechTemp.Data.Readings;
using TechTemp.Ingest;
using TechTemp.Ingest.Mqtt;
using TechTemp.Ingest.Pipeline;
using TechTemp.Readings.Messages;
using TechTemp.Rules.Tests.Support;

namespace TechTemp.Rules.Tests.Ingest;

public sealed class MqttReceptionTests
{
    [Fact]
    public async Task An_empty_retained_message_waits_for_those_before_it()
    {
        using var store = new TestStore(builder =>
        {
            builder.AddIngestPipeline();
            builder.Services.AddSingleton<IStateSink>(new RecordingSink());
        });
        using var client = new MqttClientFactory().CreateMqttClient();
        var reception = ActivatorUtilities.CreateInstance<MqttReception>(store.Host.Services, client, store.Get<IngestPipeline>());
        var acknowledged = new ConcurrentQueue<ushort>();
        MqttApplicationMessageReceivedEventArgs Received(ushort identifier, string payload) => new(
            "client",
            new MqttApplicationMessageBuilder().WithTopic(SensorTopic.Reading("h1", "s1")).WithPayload(payload).WithRetainFlag().WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build(),
            new MqttPublishPacket { PacketIdentifier = identifier },
            (args, _) =>
            {
                acknowledged.Enqueue(args.PacketIdentifier);
                return Task.CompletedTask;
            });

        await reception.Receive(Received(1, Messages.Payload(store.Now, 21, 50)));
        await reception.Receive(Received(2, ""));

        // MQTT 5, section 4.6: in the order of the messages. The reading before it is not committed yet.
        Assert.Empty(acknowledged);
        Assert.Equal(2, store.Get<IngestPipeline>().InHand);
    }
}
