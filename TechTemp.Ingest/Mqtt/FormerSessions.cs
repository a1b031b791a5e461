using Microsoft.Extensions.Options;
using MQTTnet;
using TechTemp.Data.Instances;
using TechTemp.Data.Store;
using TechTemp.Ingest.Instances;
using TechTemp.Ingest.Pipeline;
using TechTemp.Readings.Messages;
using TechTemp.ServiceDefaults.Mqtt;

namespace TechTemp.Ingest.Mqtt;

/// <summary>
/// Fetches what the broker has queued in the sessions of client ids that ingest had before, and ends them. Begins when the subscription
/// of the present client id stands: what is published meanwhile then comes twice, and nothing is missed.
/// </summary>
public sealed partial class FormerSessions(
    MqttIngest ingest,
    IngestPipeline pipeline,
    InstanceWatch instances,
    BrokerSessions sessions,
    IngestTelemetry telemetry,
    IOptions<MqttOptions> mqtt,
    IOptions<PipelineOptions> pipelineOptions,
    IOptions<MqttSessionOptions> sessionOptions,
    TimeProvider time,
    ILogger<FormerSessions> logger,
    ILogger<MqttConnection> connectionLogger) : BackgroundService
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    // Beside the window of the present session.
    private const int MostInFlight = 1_000;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var clientId in await ingest.Subscribed.WaitAsync(stoppingToken))
        {
            await EndAsync(clientId, stoppingToken);
        }
    }

    private async Task EndAsync(string clientId, CancellationToken cancellationToken)
    {
        // Not the one whose state is this program's health.
        var connection = new MqttConnection(mqtt, time, connectionLogger);
        while (true)
        {
            try
            {
                var drained = await DrainAsync(connection, clientId, cancellationToken);
                await DiscardAsync(connection, clientId, cancellationToken);
                await sessions.ForgetAsync(clientId, sessionOptions.Value.ClientId, cancellationToken);
                if (drained is { } count)
                {
                    LogEnded(logger, clientId, count);
                }

                return;
            }
            catch (Exception e) when (e is StoreException or MqttSessionTakenOverException)
            {
                LogNotEnded(logger, e.Message);
                await Task.Delay(s_pause, time, cancellationToken);
            }
        }
    }

    /// <summary>Ends the subscription, and completes when everything that was queued is committed and acknowledged.</summary>
    /// <returns>How many messages the last connection brought; null when there was no session.</returns>
    private async Task<long?> DrainAsync(MqttConnection connection, string clientId, CancellationToken cancellationToken)
    {
        using var drained = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        MqttReception? reception = null;
        long? count = null;
        await connection.RunAsync(
            clientId,
            builder => builder
                .WithCleanStart(false)
                .WithSessionExpiryInterval((uint)sessionOptions.Value.SessionExpiry.TotalSeconds)
                .WithReceiveMaximum((ushort)Math.Min(MostInFlight, pipelineOptions.Value.InHandLimit)),
            async (client, token) =>
            {
                await instances.ConfirmAsync(token);
                await (reception?.SettledAsync(token) ?? Task.CompletedTask);
                reception = new(client, pipeline, telemetry, time);
                client.ApplicationMessageReceivedAsync += reception.Receive;
            },
            async (client, result, token) =>
            {
                if (!result.IsSessionPresent)
                {
                    await drained.CancelAsync();
                    return;
                }

                // Mosquitto keeps what is queued already, and adds nothing to it.
                await client.UnsubscribeAsync(new MqttClientUnsubscribeOptionsBuilder().WithTopicFilter(SensorTopic.AllReadings).Build(), token);
                _ = CancelWhenDrainedAsync(client, reception!);
            },
            drained.Token);
        cancellationToken.ThrowIfCancellationRequested();
        return count;

        async Task CancelWhenDrainedAsync(IMqttClient client, MqttReception received)
        {
            try
            {
                if (await IsDrainedAsync(client, received, cancellationToken))
                {
                    count = received.Accepted;
                    await drained.CancelAsync();
                }
            }
            // The connection is lost: the next one goes on.
            catch (Exception)
            {
            }
        }
    }

    // A broker sends what is queued as fast as it is acknowledged: when all is acknowledged and it answers a ping, twice, without
    // having sent anything, it has nothing more.
    private async Task<bool> IsDrainedAsync(IMqttClient client, MqttReception reception, CancellationToken cancellationToken)
    {
        for (var quiet = 0; quiet < 2;)
        {
            var before = reception.Accepted;
            await Task.Delay(s_quiet, time, cancellationToken);
            if (!client.IsConnected)
            {
                return false;
            }

            await client.PingAsync(cancellationToken);
            quiet = reception.Accepted == before && !reception.IsBusy ? quiet + 1 : 0;
        }

        return client.IsConnected;
    }

    // By a clean start without expiry: MQTTnet 5.2 leaves an expiry of 0 out of its DISCONNECT.
    private async Task DiscardAsync(MqttConnection connection, string clientId, CancellationToken cancellationToken)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await connection.RunAsync(
            clientId, builder => builder.WithCleanStart(true), (_, token) => instances.ConfirmAsync(token), (_, _, _) => done.CancelAsync(), done.Token);
        cancellationToken.ThrowIfCancellationRequested();
    }

    [LoggerMessage(32, LogLevel.Information, "The session of the former client id {ClientId} has ended; {Count} messages were fetched from it last")]
    private static partial void LogEnded(ILogger logger, string clientId, long count);

    [LoggerMessage(33, LogLevel.Warning, "The session of a former client id could not be ended yet: {Message} Trying again")]
    private static partial void LogNotEnded(ILogger logger, string message);
}
