using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Options;
using MQTTnet;
using TechTemp.Data.Store;
using TechTemp.Ingest.Instances;
using TechTemp.Ingest.Pipeline;
using TechTemp.Readings.Messages;
using TechTemp.ServiceDefaults.Mqtt;

namespace TechTemp.Ingest.Mqtt;

/// <summary>Fetches what the broker has queued in a session that is not used any more, and ends it.</summary>
public sealed partial class SessionDrain(
    IngestPipeline pipeline,
    IngestTelemetry telemetry,
    IOptions<MqttOptions> mqtt,
    IOptions<PipelineOptions> pipelineOptions,
    IOptions<MqttSessionOptions> sessionOptions,
    TimeProvider time,
    ILogger<SessionDrain> logger,
    ILogger<MqttConnection> connectionLogger)
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    // Beside the window of the present session.
    private const int MostInFlight = 1_000;

    /// <summary>Ends the subscriptions of a session, lets the pipeline commit and acknowledge what is queued in it, and discards it. Tries again until that is done.</summary>
    /// <param name="clientId">The client id of the session.</param>
    /// <param name="homes">The homes that may be subscribed one by one.</param>
    /// <param name="confirm">Called before each connection; what it throws ends the attempt.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task EndAsync(string clientId, IReadOnlyList<string> homes, Func<CancellationToken, Task> confirm, CancellationToken cancellationToken)
    {
        // Not the one whose state is this program's health.
        var connection = new MqttConnection(mqtt, time, connectionLogger);
        while (true)
        {
            try
            {
                var drained = await DrainAsync(connection, clientId, homes, confirm, cancellationToken);
                await DiscardAsync(connection, clientId, confirm, cancellationToken);
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
    private async Task<long?> DrainAsync(
        MqttConnection connection, string clientId, IReadOnlyList<string> homes, Func<CancellationToken, Task> confirm, CancellationToken cancellationToken)
    {
        using var drained = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        MqttReception? reception = null;
        long? count = null;
        ExceptionDispatchInfo? refused = null;
        await connection.RunAsync(
            clientId,
            builder => builder
                .WithCleanStart(false)
                .WithSessionExpiryInterval((uint)sessionOptions.Value.SessionExpiry.TotalSeconds)
                .WithReceiveMaximum((ushort)Math.Min(MostInFlight, pipelineOptions.Value.InHandLimit)),
            async (client, token) =>
            {
                await GuardAsync(token);
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
                var filters = homes.Select(ShareSubscriptions.Filter).Append(SensorTopic.AllReadings).Concat(sessionOptions.Value.SharedFilter is { } shared ? [shared] : []);
                foreach (var part in filters.Chunk(ShareSubscriptions.MostFilters))
                {
                    await client.UnsubscribeAsync(part.Aggregate(new MqttClientUnsubscribeOptionsBuilder(), (builder, filter) => builder.WithTopicFilter(filter)).Build(), token);
                }

                _ = CancelWhenDrainedAsync(client, reception!);
            },
            drained.Token);
        cancellationToken.ThrowIfCancellationRequested();
        refused?.Throw();
        return count;

        // MqttConnection would try again for as long as this throws.
        async Task GuardAsync(CancellationToken token)
        {
            try
            {
                await confirm(token);
            }
            catch (WorkerIsBackException e)
            {
                refused = ExceptionDispatchInfo.Capture(e);
                await drained.CancelAsync();
                throw new OperationCanceledException(drained.Token);
            }
        }

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
    private static async Task DiscardAsync(MqttConnection connection, string clientId, Func<CancellationToken, Task> confirm, CancellationToken cancellationToken)
    {
        await confirm(cancellationToken);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await connection.RunAsync(
            clientId, builder => builder.WithCleanStart(true), (_, _) => Task.CompletedTask, (_, _, _) => done.CancelAsync(), done.Token);
        cancellationToken.ThrowIfCancellationRequested();
    }

    [LoggerMessage(32, LogLevel.Information, "The session of the former client id {ClientId} has ended; {Count} messages were fetched from it last")]
    private static partial void LogEnded(ILogger logger, string clientId, long count);

    [LoggerMessage(33, LogLevel.Warning, "The session of a former client id could not be ended yet: {Message} Trying again")]
    private static partial void LogNotEnded(ILogger logger, string message);
}
