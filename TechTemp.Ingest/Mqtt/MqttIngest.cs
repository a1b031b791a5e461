using System.Buffers;
using System.Diagnostics;
using Microsoft.Extensions.Options;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Protocol;
using TechTemp.Data.Instances;
using TechTemp.Data.Store;
using TechTemp.Ingest.Instances;
using TechTemp.Ingest.Pipeline;
using TechTemp.Readings.Messages;
using TechTemp.ServiceDefaults.Mqtt;

namespace TechTemp.Ingest.Mqtt;

/// <summary>
/// Subscribes to every reading in a session that the broker keeps while this process is away, and hands what comes to
/// the pipeline. The library's own acknowledgement is off: the pipeline acknowledges after the commit.
/// </summary>
public sealed partial class MqttIngest(
    MqttConnection connection,
    IngestPipeline pipeline,
    StatePublisher states,
    InstanceWatch instances,
    BrokerSessions sessions,
    IngestTelemetry telemetry,
    IOptions<PipelineOptions> pipelineOptions,
    IOptions<MqttSessionOptions> sessionOptions,
    TimeProvider time,
    ILogger<MqttIngest> logger) : BackgroundService, IStateSink
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource<IReadOnlyList<string>> _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IMqttClient? _client;
    private MqttReception? _reception;
    private IReadOnlyList<string> _former = [];

    /// <summary>Completes when the subscription stands: with the client ids whose sessions may hold readings from before it.</summary>
    public Task<IReadOnlyList<string>> Subscribed => _subscribed.Task;

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
        // A second process must have registered before it connects: the first one then leaves instead of taking the session back.
        await instances.ConfirmAsync(stoppingToken);
        var clientId = await BeginSessionAsync(stoppingToken);
        while (true)
        {
            try
            {
                await connection.RunAsync(clientId, Configure, PrepareAsync, SubscribeAsync, stoppingToken);
                return;
            }
            catch (MqttSessionTakenOverException)
            {
                if (!await instances.ExplainsTakeoverAsync(stoppingToken))
                {
                    throw;
                }

                LogTakenOver(logger);
            }
        }
    }

    private async Task<string> BeginSessionAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                (var clientId, _former) = await sessions.BeginAsync(sessionOptions.Value.ClientId, cancellationToken);
                return clientId;
            }
            catch (StoreException)
            {
                // The health check says what is wrong with the store. Whose session it is stands in it.
                await Task.Delay(s_pause, time, cancellationToken);
            }
        }
    }

    private void Configure(MqttClientOptionsBuilder builder) => builder
        .WithCleanStart(false)
        .WithSessionExpiryInterval((uint)sessionOptions.Value.SessionExpiry.TotalSeconds)
        .WithReceiveMaximum((ushort)pipelineOptions.Value.InHandLimit);

    private async Task PrepareAsync(IMqttClient client, CancellationToken cancellationToken)
    {
        await instances.ConfirmAsync(cancellationToken);
        // What the connection before this one brought and nobody acknowledged will come again. While the store is down it is
        // in flight already, and each new connection would bring it once more: the broker keeps it meanwhile.
        await (_reception?.SettledAsync(cancellationToken) ?? Task.CompletedTask);
        _reception = new(client, pipeline, telemetry, time);
        client.ApplicationMessageReceivedAsync += _reception.Receive;
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

        _subscribed.TrySetResult(_former);
    }

    [LoggerMessage(31, LogLevel.Information, "Another instance on this store has had the session; connecting again")]
    private static partial void LogTakenOver(ILogger logger);
}
