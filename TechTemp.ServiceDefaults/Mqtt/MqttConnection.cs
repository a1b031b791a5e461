using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MQTTnet;

namespace TechTemp.ServiceDefaults.Mqtt;

/// <summary>
/// Keeps a connection to the broker: connects, and connects again after a jittered, growing pause whenever it is lost.
/// Each connection is a client of its own, so that nothing late, an acknowledgement above all, can slip from one
/// connection into the next, where the same packet identifier means another message.
/// </summary>
public sealed partial class MqttConnection(IOptions<MqttOptions> options, TimeProvider time, ILogger<MqttConnection> logger)
{
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(5);

    // Longer: a broker that restored a session from its disk may answer only behind all that it has queued in it.
    private static readonly TimeSpan s_preparedTimeout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(3);

    // Two clients with one id throw each other out again and again, and a bad network looks the same: both wait a little longer each
    // time. Mosquitto 2.0.11 (Debian 12) closes the older connection without a reason, so nothing may be concluded from that.
    private static readonly TimeSpan s_shortConnection = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longestPauseAfterLoss = TimeSpan.FromSeconds(1);
    private const int LossesOfAWarning = 8;
    private const int ShownOfClientId = 24;

    private volatile bool _isConnected;

    /// <summary>Whether the broker can be reached now and the subscription stands.</summary>
    public bool IsConnected => _isConnected;

    /// <summary>Keeps the connection until cancelled, then disconnects cleanly.</summary>
    /// <param name="clientId">The client id: whose session it is.</param>
    /// <param name="configure">Adds to the options of the connection.</param>
    /// <param name="prepare">Adds the handlers to a client before it connects, as stored messages may follow its connection at once; it connects when this completes.</param>
    /// <param name="connected">Does what must follow each connection, such as subscribing.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="MqttSessionTakenOverException">The broker says that another client came with the same id.</exception>
    public async Task RunAsync(
        string clientId,
        Action<MqttClientOptionsBuilder> configure,
        Func<IMqttClient, CancellationToken, Task> prepare,
        Func<IMqttClient, MqttClientConnectResult, CancellationToken, Task> connected,
        CancellationToken cancellationToken)
    {
        if (!BrokerAddress.TryParse(options.Value.Url, out var address))
        {
            throw new InvalidOperationException("The options were not validated.");
        }

        var builder = address.CreateClientOptions(options.Value).WithClientId(clientId);
        configure(builder);
        var clientOptions = builder.Build();
        var failures = 0;
        var losses = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            using var client = new MqttClientFactory().CreateMqttClient(new ReceiveWindow.Factory());
            try
            {
                var lost = await ConnectAsync(client, clientOptions, address, prepare, connected, cancellationToken);
                failures = 0;
                var connectedAt = time.GetTimestamp();
                var reason = await lost.WaitAsync(cancellationToken);
                if (reason == MqttClientDisconnectReason.SessionTakenOver)
                {
                    throw new MqttSessionTakenOverException(clientId);
                }

                losses = time.GetElapsedTime(connectedAt) < s_shortConnection ? losses + 1 : 0;
                LogLost(logger, address, reason);
                if (losses == LossesOfAWarning)
                {
                    LogUnsteady(logger, losses, address);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                await DisconnectAsync(client);
                return;
            }
            catch (Exception e) when (e is not MqttSessionTakenOverException)
            {
                // Said once; an absent broker would otherwise fill the log.
                if (failures++ == 0)
                {
                    LogUnreachable(logger, address, e.GetBaseException().Message);
                }
            }
            finally
            {
                _isConnected = false;
            }

            var pause = failures > 0 ? Pause(failures, s_longestPause) : Pause(losses, s_longestPauseAfterLoss);
            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<Task<MqttClientDisconnectReason>> ConnectAsync(
        IMqttClient client,
        MqttClientOptions clientOptions,
        BrokerAddress address,
        Func<IMqttClient, CancellationToken, Task> prepare,
        Func<IMqttClient, MqttClientConnectResult, CancellationToken, Task> connected,
        CancellationToken cancellationToken)
    {
        var lost = new TaskCompletionSource<MqttClientDisconnectReason>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.DisconnectedAsync += e =>
        {
            _isConnected = false;
            lost.TrySetResult(e.Reason);
            return Task.CompletedTask;
        };
        await prepare(client, cancellationToken);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(s_connectTimeout);
        var result = await client.ConnectAsync(clientOptions, timeout.Token);
        if (result.ResultCode != MqttClientConnectResultCode.Success)
        {
            throw new MqttRefusedException(result.ResultCode);
        }

        timeout.CancelAfter(s_preparedTimeout);
        try
        {
            await connected(client, result, timeout.Token);
        }
        // Lost again meanwhile, as one whose session is taken over is: a loss, not a broker that cannot be reached.
        catch (Exception) when (!client.IsConnected && !cancellationToken.IsCancellationRequested)
        {
            return lost.Task;
        }

        _isConnected = client.IsConnected;
        LogConnected(logger, address, Shorten(clientOptions.ClientId), result.IsSessionPresent);
        return lost.Task;
    }

    private static async Task DisconnectAsync(IMqttClient client)
    {
        if (!client.IsConnected)
        {
            return;
        }

        try
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await client.DisconnectAsync(new MqttClientDisconnectOptions(), timeout.Token);
        }
        catch (Exception)
        {
            // The broker went first, whatever MQTTnet calls that.
        }
    }

    private static TimeSpan Pause(int failures, TimeSpan atMost)
    {
        var longest = Math.Min(atMost.TotalMilliseconds, s_shortestPause.TotalMilliseconds * Math.Pow(2, failures));
        // Jitter, so that not everybody is back at the same moment; the randomness guards nothing.
#pragma warning disable CA5394
        return TimeSpan.FromMilliseconds(longest * (0.5 + Random.Shared.NextDouble() / 2));
#pragma warning restore CA5394
    }

    /// <summary>For logs: enough to tell one client id from another, too little to use it.</summary>
    internal static string Shorten(string clientId) => clientId.Length > ShownOfClientId ? $"{clientId[..ShownOfClientId]}…" : clientId;

    [LoggerMessage(1, LogLevel.Information, "Connected to {Broker} as {ClientId} (session present: {SessionPresent})")]
    private static partial void LogConnected(ILogger logger, BrokerAddress broker, string clientId, bool sessionPresent);

    [LoggerMessage(2, LogLevel.Warning, "Lost the connection to {Broker}: {Reason}. Connecting again")]
    private static partial void LogLost(ILogger logger, BrokerAddress broker, MqttClientDisconnectReason reason);

    [LoggerMessage(4, LogLevel.Warning, "Lost {Count} connections to {Broker} in a row within seconds. Either the network is bad, or another program uses the same client id")]
    private static partial void LogUnsteady(ILogger logger, int count, BrokerAddress broker);

    [LoggerMessage(3, LogLevel.Warning, "Cannot connect to {Broker}: {Message} Trying again until it answers")]
    private static partial void LogUnreachable(ILogger logger, BrokerAddress broker, string message);

    private sealed class MqttRefusedException(MqttClientConnectResultCode code) : Exception($"the broker refused the connection ({code}).");
}
