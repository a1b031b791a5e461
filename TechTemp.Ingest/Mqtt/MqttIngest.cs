using System.Buffers;
using System.Diagnostics;
using Microsoft.Extensions.Options;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Protocol;
using TechTemp.Data.Readings;
using TechTemp.Data.Store;
using TechTemp.Ingest.Pipeline;
using TechTemp.ServiceDefaults.Mqtt;

namespace TechTemp.Ingest.Mqtt;

/// <summary>
/// Subscribes to every reading in a session that the broker keeps while this process is away, and hands what comes to
/// the pipeline. The library's own acknowledgement is off: the pipeline acknowledges after the commit.
/// </summary>
public sealed class MqttIngest(
    MqttConnection connection,
    IngestPipeline pipeline,
    StatePublisher states,
    StoreState store,
    IngestTelemetry telemetry,
    IOptions<PipelineOptions> pipelineOptions,
    IOptions<MqttSessionOptions> sessionOptions,
    TimeProvider time) : BackgroundService, IStateSink
{
    private volatile IMqttClient? _client;

    /// <inheritdoc />
    public async Task<bool> TryPublishAsync(string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (_client is not { IsConnected: true } client)
        {
            return false;
        }

        try
        {
            var message = new MqttApplicationMessage
            {
                Topic = topic,
                Payload = new ReadOnlySequence<byte>(payload),
                QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
                Retain = true,
                ContentType = "application/json",
                UserProperties = MqttSpans.Properties(Activity.Current),
            };
            // A refusal (an ACL that does not let us write) is final: the next commit tries anew.
            await client.PublishAsync(message, cancellationToken);
            return true;
        }
        // A connection that is going throws many things, MQTTnet's NullReferenceException among them; the state is kept for the next one.
        catch (Exception)
        {
            return false;
        }
    }

    /// <summary>Stops receiving, lets the pipeline commit and acknowledge what is in hand, and disconnects.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await pipeline.FinishAsync();
        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await store.WaitAsync(stoppingToken);
        await connection.RunAsync(sessionOptions.Value.ClientId, Configure, PrepareAsync, SubscribeAsync, stoppingToken);
    }

    private void Configure(MqttClientOptionsBuilder builder) => builder
        .WithCleanStart(false)
        .WithSessionExpiryInterval((uint)sessionOptions.Value.SessionExpiry.TotalSeconds)
        .WithReceiveMaximum((ushort)pipelineOptions.Value.InHandLimit);

    private async Task PrepareAsync(IMqttClient client, CancellationToken cancellationToken)
    {
        // What the connection before this one brought and nobody acknowledged will come again. While the store is down it is
        // in hand already, and each new connection would bring it once more: the broker keeps it meanwhile.
        await pipeline.EmptyAsync(cancellationToken);
        client.ApplicationMessageReceivedAsync += new MqttReception(client, pipeline, telemetry, time).Receive;
    }

    // In a session that is there already too: it may have been left between its connection and its subscription, or the broker
    // may have refused that. The same again loses nothing (MQTT 5, section 3.8.4).
    private async Task SubscribeAsync(IMqttClient client, MqttClientConnectResult result, CancellationToken cancellationToken)
    {
        _client = client;
        states.PublishAgain();
        // Retain as published: only so can a cleared retained message be told from an empty payload. What is retained comes
        // with the first subscription alone.
        var options = new MqttClientSubscribeOptionsBuilder()
            .WithTopicFilter(f => f
                .WithTopic(SensorTopic.AllReadings)
                .WithAtLeastOnceQoS()
                .WithRetainAsPublished()
                .WithRetainHandling(MqttRetainHandling.SendAtSubscribeIfNewSubscriptionOnly))
            .Build();
        var answer = await client.SubscribeAsync(options, cancellationToken);
        var code = answer.Items.Single().ResultCode;
        if (code > MqttClientSubscribeResultCode.GrantedQoS2)
        {
            throw new MqttCommunicationException($"The broker refused the subscription to {SensorTopic.AllReadings} ({code}).");
        }
    }
}
