using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Options;
using MQTTnet.Protocol;
using TechTemp.Ingest.Pipeline;
using TechTemp.ServiceDefaults.Hosting;
using TechTemp.ServiceDefaults.Mqtt;
using TechTemp.Standalone.Broker.Connections;
using TechTemp.Standalone.Broker.Keeping;
using TechTemp.Standalone.Broker.Routing;

namespace TechTemp.Standalone.Broker;

/// <summary>
/// An MQTT broker in this process that acknowledges a reading only when it is on disk (docs/decisions/0021-own-broker.md). It opens
/// its port, watches its connections, and closes them in order.
/// </summary>
internal sealed partial class EmbeddedBroker(
    IngestPipeline pipeline,
    MessageRouter router,
    ReadingIntake intake,
    ConnectionTable connections,
    BrokerKeeper keeper,
    IOptions<BrokerOptions> options,
    IOptions<MqttOptions> credentials,
    IOptions<HttpOptions> http,
    TimeProvider time,
    ILogger<EmbeddedBroker> logger) : IHostedService, IDisposable
{
    private static readonly TimeSpan s_watchInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_closeTime = TimeSpan.FromMilliseconds(500);

    private readonly TcpEndpoint _endpoint = new(options.Value.Port, http.Value.Lan);
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private volatile bool _isRunning;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        router.WillDue += PublishWill;
        keeper.Restore();
        _endpoint.Open();
        _isRunning = true;
        _running = Task.WhenAll(
            _endpoint.AcceptAsync((stream, remote) => _ = ServeAsync(stream, remote, CancellationToken.None), _stopping.Token),
            WatchAsync(_stopping.Token),
            keeper.RunAsync(_stopping.Token));
        LogStarted(logger, options.Value.Port, http.Value.Lan ? "every network" : "this machine");
        if (http.Value.Lan && credentials.Value.Username is null)
        {
            LogOpen(logger);
        }

        return Task.CompletedTask;
    }

    /// <summary>Stops accepting messages, lets the pipeline commit and acknowledge those in flight, and closes the connections.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _isRunning = false;
        _endpoint.Dispose();
        await pipeline.FinishAsync();
        await connections.CloseAsync(s_closeTime);
        router.PublishWills();
        await _stopping.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        keeper.Save();
    }

    /// <summary>Serves a client until one of both leaves, or it is cancelled.</summary>
    public Task ServeAsync(Stream stream, EndPoint remote, CancellationToken cancellationToken) =>
        _isRunning ? connections.ServeAsync(stream, remote, cancellationToken) : stream.DisposeAsync().AsTask();

    /// <summary>Publishes a state, retained; an empty one clears its topic.</summary>
    public void Publish(string topic, ReadOnlyMemory<byte> payload) => router.Publish(new()
    {
        Topic = topic,
        Payload = payload,
        Qos = MqttQualityOfServiceLevel.AtLeastOnce,
        Retain = true,
        UserProperties = MqttSpans.Properties(Activity.Current),
    });

    public void Dispose()
    {
        _endpoint.Dispose();
        _stopping.Dispose();
    }

    // A will may be a reading, too.
    private void PublishWill(BrokerMessage message) => intake.TryAccept(message, isRedelivery: false, done: null);

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_watchInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                connections.Watch();
                router.Expire();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    [LoggerMessage(40, LogLevel.Information, "MQTT broker on port {Port}, for {Reach}")]
    private static partial void LogStarted(ILogger logger, int port, string reach);

    [LoggerMessage(41, LogLevel.Warning, "Everybody on the network may publish: set MQTT_USERNAME and MQTT_PASSWORD to ask for them")]
    private static partial void LogOpen(ILogger logger);
}
