using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using MQTTnet.Server;
using TechTemp.Data.Readings;
using TechTemp.Ingest.Pipeline;
using TechTemp.ServiceDefaults.Hosting;
using TechTemp.ServiceDefaults.Mqtt;

namespace TechTemp.Standalone.Broker;

/// <summary>
/// An MQTT broker in this process that acknowledges a reading only when it is on disk: MQTTnet sends the PUBACK after
/// its publish handler has completed, and the handler waits for the pipeline's commit.
/// </summary>
internal sealed partial class EmbeddedBroker : IHostedService, IDisposable
{
    private readonly IngestPipeline _pipeline;
    private readonly TimeProvider _time;
    private readonly ILogger<EmbeddedBroker> _logger;
    private readonly BrokerOptions _options;
    private readonly MqttOptions _credentials;
    private readonly LoginGuard _logins;
    private readonly bool _lan;
    private readonly MqttServer _server;
    private readonly ClientIds _clientIds;
    private readonly CancellationTokenSource _stopping = new();

    public EmbeddedBroker(
        IngestPipeline pipeline,
        IOptions<BrokerOptions> options,
        IOptions<MqttOptions> credentials,
        IOptions<HttpOptions> http,
        LoginGuard logins,
        TimeProvider time,
        ILogger<EmbeddedBroker> logger)
    {
        _logins = logins;
        (_pipeline, _options, _credentials, _lan, _time, _logger) = (pipeline, options.Value, credentials.Value, http.Value.Lan, time, logger);
        _server = new MqttServerFactory().CreateMqttServer(CreateServerOptions(), [new AssigningServerAdapter()]);
        _clientIds = new(_server);
        _server.ValidatingConnectionAsync += ValidateAsync;
        _server.ClientDisconnectedAsync += _clientIds.ReleaseAsync;
        _server.InterceptingPublishAsync += InterceptAsync;
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _server.StartAsync();
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new StartException($"The MQTT port {_options.Port} is in use by another program. Stop it or choose another port with MQTT_PORT.", e);
        }
        catch (SocketException e)
        {
            throw new StartException($"The MQTT port {_options.Port} cannot be opened: {e.Message}. Choose another one with MQTT_PORT.", e);
        }

        LogStarted(_logger, _options.Port, _lan ? "every network" : "this machine");
        if (_lan && _credentials.Username is null)
        {
            LogOpen(_logger);
        }
    }

    /// <summary>Takes nothing more up, lets the pipeline commit and acknowledge what is in hand, and closes the connections.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _pipeline.FinishAsync();
        await _stopping.CancelAsync();
        await _server.StopAsync();
    }

    /// <summary>Publishes a state, retained.</summary>
    /// <returns>False when the broker does not run.</returns>
    public async Task<bool> TryPublishAsync(string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (!_server.IsStarted)
        {
            return false;
        }

        try
        {
            await InjectAsync(topic, payload, cancellationToken);
            return true;
        }
        // The server has not started yet, or has stopped already.
        catch (InvalidOperationException) when (!_server.IsStarted)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _server.Dispose();
        _stopping.Dispose();
    }

    private MqttServerOptions CreateServerOptions()
    {
        var builder = new MqttServerOptionsBuilder()
            .WithDefaultEndpoint()
            .WithDefaultEndpointPort(_options.Port)
            .WithPersistentSessions()
            .WithMaxPendingMessagesPerClient(10_000);
        return _lan
            ? builder.Build()
            : builder.WithDefaultEndpointBoundIPAddress(IPAddress.Loopback).WithDefaultEndpointBoundIPV6Address(IPAddress.IPv6Loopback).Build();
    }

    private Task InjectAsync(string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var message = new MqttApplicationMessage
        {
            Topic = topic,
            Payload = new ReadOnlySequence<byte>(payload),
            QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
            Retain = true,
            UserProperties = MqttSpans.Properties(Activity.Current),
        };
        return _server.InjectApplicationMessage(new InjectedMqttApplicationMessage(message), cancellationToken);
    }

    private async Task ValidateAsync(ValidatingConnectionEventArgs e)
    {
        if (_credentials.Username is { Length: > 0 } user && CheckLogin(e, user) is { } refusal)
        {
            e.ReasonCode = refusal;
        }
        else if (string.IsNullOrEmpty(e.ClientId) && e.ProtocolVersion == MqttProtocolVersion.V500)
        {
            e.AssignedClientIdentifier = AssigningServerAdapter.CreateClientId();
        }
        else if (!await _clientIds.TryTakeAsync(e.ClientId, e.UserName))
        {
            e.ReasonCode = MqttConnectReasonCode.NotAuthorized;
        }
    }

    private MqttConnectReasonCode? CheckLogin(ValidatingConnectionEventArgs e, string user)
    {
        if (!_logins.MayTry(e.RemoteEndPoint, e.UserName))
        {
            _logins.Refused(e.RemoteEndPoint, e.UserName, "too many failed logins, not checked", isChecked: false);
            return e.ProtocolVersion == MqttProtocolVersion.V500 ? MqttConnectReasonCode.ConnectionRateExceeded : MqttConnectReasonCode.ServerUnavailable;
        }

        if (Same(e.UserName, user) & Same(e.Password, _credentials.Password))
        {
            _logins.Succeeded(e.RemoteEndPoint, e.UserName);
            return null;
        }

        _logins.Refused(e.RemoteEndPoint, e.UserName, e.UserName is null ? "no user name" : "wrong user name or password", isChecked: true);
        return MqttConnectReasonCode.BadUserNameOrPassword;
    }

    // In constant time, so that a guess does not learn how much of it was right.
    private static bool Same(string? given, string? expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given ?? ""), Encoding.UTF8.GetBytes(expected ?? ""));

    private async Task InterceptAsync(InterceptingPublishEventArgs e)
    {
        var message = e.ApplicationMessage;
        // A cleared retained message passes like everything that is no reading.
        if (!SensorTopic.IsReading(message.Topic) || (message.Retain && message.Payload.IsEmpty))
        {
            return;
        }

        var onDisk = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var accepted = _pipeline.TryAccept(new(
            IncomingMessage.FromMqtt(new(message.Topic), message.Payload.ToArray(), _time.GetUtcNow().ToUnixTimeMilliseconds(), message.Dup),
            _time.GetTimestamp(),
            message.UserProperties,
            static (receipt, _) =>
            {
                ((TaskCompletionSource)receipt!).TrySetResult();
                return Task.CompletedTask;
            },
            onDisk));
        if (accepted)
        {
            await onDisk.Task.WaitAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!onDisk.Task.IsCompletedSuccessfully)
        {
            // Stopping: closed without an acknowledgement, so that the sensor keeps the reading and sends it again.
            e.ProcessPublish = false;
            e.CloseConnection = true;
        }
    }

    [LoggerMessage(40, LogLevel.Information, "MQTT broker on port {Port}, for {Reach}")]
    private static partial void LogStarted(ILogger logger, int port, string reach);

    [LoggerMessage(41, LogLevel.Warning, "Everybody on the network may publish: set MQTT_USERNAME and MQTT_PASSWORD to ask for them")]
    private static partial void LogOpen(ILogger logger);
}
