using System.Buffers;
using System.Diagnostics;
using Microsoft.Extensions.Options;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Protocol;
using TechTemp.Data.Instances;
using TechTemp.Data.Store;
using TechTemp.Data.Workers;
using TechTemp.Ingest.Instances;
using TechTemp.Ingest.Pipeline;
using TechTemp.Readings.Messages;
using TechTemp.ServiceDefaults.Mqtt;

namespace TechTemp.Ingest.Mqtt;

/// <summary>
/// Subscribes to every reading, or to this worker's share, in a session that the broker keeps while this process is away, and hands what comes to
/// the pipeline. The library's own acknowledgement is off: the pipeline acknowledges after the commit.
/// </summary>
public sealed partial class MqttIngest(
    MqttConnection connection,
    IngestPipeline pipeline,
    StatePublisher states,
    InstanceWatch instances,
    BrokerSessions sessions,
    WorkerShare share,
    HomesElsewhere elsewhere,
    IngestTelemetry telemetry,
    IOptions<PipelineOptions> pipelineOptions,
    IOptions<MqttSessionOptions> sessionOptions,
    IOptions<WorkerOptions> worker,
    TimeProvider time,
    ILogger<MqttIngest> logger) : BackgroundService, IStateSink
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource<IReadOnlyList<string>> _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IMqttClient? _client;
    private MqttReception? _reception;
    private IReadOnlyList<string> _former = [];
    private string _clientId = "";
    private Task _sharing = Task.CompletedTask;
    private CancellationTokenSource? _retired;

    /// <summary>Whether this worker was retired: the process waits for its end.</summary>
    public bool IsRetired => _retired?.IsCancellationRequested == true;

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
        if (sessionOptions.Value.SharedFilter is { } shared)
        {
            LogShared(logger, shared);
        }

        // A second process must have registered before it connects: the first one then leaves instead of taking the session back.
        await instances.ConfirmAsync(stoppingToken);
        await BeginSessionAsync(stoppingToken);
        using var retired = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        _retired = retired;
        while (!retired.IsCancellationRequested)
        {
            try
            {
                await connection.RunAsync(_clientId, Configure, PrepareAsync, SubscribeAsync, retired.Token);
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

        if (!stoppingToken.IsCancellationRequested)
        {
            await BeRetiredAsync(stoppingToken);
        }
    }

    // Not by ending the process: what starts it again would make it a worker again.
    private async Task BeRetiredAsync(CancellationToken stoppingToken)
    {
        LogRetired(logger, worker.Value.Name);
        while (true)
        {
            try
            {
                await instances.LeaveAsync(stoppingToken);
                break;
            }
            catch (StoreException)
            {
                await Task.Delay(s_pause, time, stoppingToken);
            }
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, time, stoppingToken);
    }

    private async Task BeginSessionAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                (_clientId, _former) = await sessions.BeginAsync(sessionOptions.Value.ClientId, worker.Value.Name, cancellationToken);
                return;
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
        if (worker.Value.IsOneOfSeveral)
        {
            await _sharing;
            await JoinAsync(cancellationToken);
        }

        _reception = new(client, pipeline, telemetry, time, worker.Value.IsOneOfSeveral ? elsewhere : null);
        client.ApplicationMessageReceivedAsync += _reception.Receive;
    }

    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        try
        {
            await share.PrepareAsync(_clientId, cancellationToken);
        }
        catch (WorkerRetiredException)
        {
            await _retired!.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task ShareAsync(IMqttClient client, TaskCompletionSource standing, CancellationToken cancellationToken)
    {
        try
        {
            await share.RunAsync(client, () => standing.TrySetResult(), cancellationToken);
            // Lost before everything was subscribed: whoever waits for that connects again.
            standing.TrySetException(new MqttCommunicationException("The connection was lost before this worker's homes were subscribed."));
        }
        catch (WorkerRetiredException)
        {
            await _retired!.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // This process stops.
        }
    }

    // In a session that is there already too: it may have been left between its connection and its subscription, or the broker
    // may have refused that. The same again loses nothing (MQTT 5, section 3.8.4).
    private async Task SubscribeAsync(IMqttClient client, MqttClientConnectResult result, CancellationToken cancellationToken)
    {
        _client = client;
        states.PublishAgain();
        if (worker.Value.IsOneOfSeveral)
        {
            var standing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _sharing = ShareAsync(client, standing, _retired!.Token);
            await standing.Task.WaitAsync(cancellationToken);
            _subscribed.TrySetResult(_former);
            return;
        }

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

    [LoggerMessage(34, LogLevel.Warning, "Worker {Worker} was retired. Another worker has its homes, and fetches what the broker has queued for it. This process does nothing any more; end it")]
    private static partial void LogRetired(ILogger logger, string worker);

    [LoggerMessage(35, LogLevel.Warning, "Workers share the subscription {Filter}. Only a broker that keeps shared subscriptions across a restart loses nothing; Mosquitto does not keep them")]
    private static partial void LogShared(ILogger logger, string filter);
}
