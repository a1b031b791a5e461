using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using MQTTnet.Adapter;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using TechTemp.Standalone.Broker.Routing;
using TechTemp.Standalone.Broker.Sessions;

namespace TechTemp.Standalone.Broker.Connections;

/// <summary>The connection of one client, from its first byte to its last: this part opens, watches and closes it.</summary>
internal sealed partial class ClientConnection : IDisposable
{
    /// <summary>The most messages of QoS 1 and 2 of a client that are received and not acknowledged. MQTT 5 clients are told.</summary>
    public const ushort ReceiveMaximum = 200;

    // What a sensor uses, if it uses any.
    private const ushort MostTopicAliases = 10;

    // A client that is gone is noticed after one and a half times this.
    private const ushort LongestKeepAlive = 60;

    private static readonly TimeSpan s_connectTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_sendTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_closeTime = TimeSpan.FromSeconds(3);

    private readonly PacketStream _packets;
    private readonly EndPoint _remote;
    private readonly MessageRouter _router;
    private readonly ConnectRules _rules;
    private readonly ReadingIntake _intake;
    private readonly BrokerTelemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _aborted = new();
    private readonly long _openedAt;
    private Session? _session;
    private uint _connectExpiry;
    private TimeSpan _keepAlive;
    private long _lastReceived;
    private bool _isHeldUp;

    public ClientConnection(
        Stream stream, EndPoint remote, MessageRouter router, ConnectRules rules, ReadingIntake intake, BrokerTelemetry telemetry, TimeProvider time)
    {
        (_packets, _remote, _router, _rules, _intake, _telemetry, _time) = (new(stream), remote, router, rules, intake, telemetry, time);
        _acknowledgements = new(Send);
        _lastReceived = _openedAt = time.GetTimestamp();
    }

    /// <summary>The CONNECT with which it came.</summary>
    public MqttConnectPacket Connect { get; private set; } = null!;

    private bool IsMqtt5 => _packets.Version == MqttProtocolVersion.V500;

    /// <summary>Serves the client until one of both leaves.</summary>
    public async Task RunAsync()
    {
        _telemetry.Connected();
        var sending = Task.CompletedTask;
        var isRefused = false;
        try
        {
            if (await _packets.ReadAsync(_aborted.Token) is { } first && await ConnectAsync(first) is { } session)
            {
                sending = SendAsync();
                await ReceiveAsync(session);
            }
        }
        catch (ProtocolException e)
        {
            Close(e.Reason);
            isRefused = true;
        }
        catch (Exception e) when (IsLost(e))
        {
            // The will says what there is to say.
        }
        finally
        {
            if (_session is not null)
            {
                _router.Disconnect(this, _session, _sendWill, _disconnectExpiry);
                Close(MqttDisconnectReasonCode.NormalDisconnection);
            }

            await sending;
            if (isRefused)
            {
                await DrainAsync();
            }

            _packets.Dispose();
            _telemetry.Disconnected();
        }
    }

    /// <summary>Closes the connection; a MQTT 5 client is told why.</summary>
    public void Close(MqttDisconnectReasonCode reason)
    {
        lock (_control)
        {
            if (_closing is null)
            {
                _closing = reason;
                _closingAt = _time.GetTimestamp();
            }
        }

        Wake();
    }

    /// <summary>Ends a connection that is silent, stuck, or has never begun.</summary>
    public void Watch()
    {
        long closingAt;
        lock (_control)
        {
            closingAt = _closingAt;
        }

        if (_closing is not null && _time.GetElapsedTime(closingAt) > s_closeTime)
        {
            Abort();
        }
        else if (_session is null)
        {
            if (_time.GetElapsedTime(_openedAt) > s_connectTime)
            {
                Abort();
            }
        }
        else if (Volatile.Read(ref _sendingSince) is var since and not 0 && _time.GetElapsedTime(since) > s_sendTime)
        {
            Abort();
        }
        else if (_keepAlive > TimeSpan.Zero && !Volatile.Read(ref _isHeldUp) && _time.GetElapsedTime(Volatile.Read(ref _lastReceived)) > _keepAlive * 1.5)
        {
            Close(MqttDisconnectReasonCode.KeepAliveTimeout);
        }
    }

    /// <summary>Ends the connection at once.</summary>
    public void Abort()
    {
        _aborted.Cancel();
        _packets.Dispose();
    }

    public void Dispose() => _aborted.Dispose();

    // A connection that is closed with bytes unread is reset, and the client may never see the reason.
    private async Task DrainAsync()
    {
        try
        {
            await _packets.DrainAsync(_aborted.Token);
        }
        catch (Exception e) when (IsLost(e))
        {
            // It has gone, or has taken too long.
        }
    }

    // Null when the client is refused.
    private async Task<Session?> ConnectAsync(ReceivedMqttPacket first)
    {
        if (first.FixedHeader >> 4 != (int)MqttControlPacketType.Connect || _packets.Decode(first) is not MqttConnectPacket packet)
        {
            return null;
        }

        Connect = packet;
        var isAssigned = false;
        var isPresent = false;
        Session? session = null;
        var reason = Limits(packet, first) ? _rules.Check(packet, _packets.Version, _remote, out isAssigned) : MqttConnectReasonCode.ProtocolError;
        if (reason == MqttConnectReasonCode.Success)
        {
            _connectExpiry = _rules.ExpirySeconds(packet, _packets.Version);
            reason = _router.Connect(this, packet, _connectExpiry, out isPresent, out session);
        }

        var keepAlive = IsMqtt5 ? Math.Min(packet.KeepAlivePeriod, LongestKeepAlive) : packet.KeepAlivePeriod;
        _keepAlive = TimeSpan.FromSeconds(keepAlive);
        _session = session;
        _packets.TryWrite(new MqttConnAckPacket
        {
            ReasonCode = reason,
            // MQTT 3.1.1 has no reason for it: the nearest is that the server is not available.
            ReturnCode = reason == MqttConnectReasonCode.QuotaExceeded ? MqttConnectReturnCode.ConnectionRefusedServerUnavailable : MqttConnectReasonCodeConverter.ToConnectReturnCode(reason),
            IsSessionPresent = isPresent,
            AssignedClientIdentifier = isAssigned ? packet.ClientId : null,
            ReceiveMaximum = ReceiveMaximum,
            TopicAliasMaximum = MostTopicAliases,
            MaximumPacketSize = PacketStream.MostBytes,
            ServerKeepAlive = keepAlive == packet.KeepAlivePeriod ? (ushort)0 : keepAlive,
            SessionExpiryInterval = _connectExpiry == packet.SessionExpiryInterval ? 0 : _connectExpiry,
            MaximumQoS = MqttQualityOfServiceLevel.ExactlyOnce,
            RetainAvailable = true,
            SharedSubscriptionAvailable = true,
            SubscriptionIdentifiersAvailable = true,
            WildcardSubscriptionAvailable = true,
        });
        await FlushAsync();
        return session;
    }

    // What the client takes (MQTT 5, section 3.1.2.11); 0 is not allowed.
    private bool Limits(MqttConnectPacket packet, in ReceivedMqttPacket frame)
    {
        if (!IsMqtt5)
        {
            return true;
        }

        var receives = PacketProperties.Find(PacketProperties.OfConnect(frame.Body), MqttPropertyId.ReceiveMaximum);
        var takes = PacketProperties.Find(PacketProperties.OfConnect(frame.Body), MqttPropertyId.MaximumPacketSize);
        (_clientReceives, _clientTakes, _clientAliases) = ((int)(receives ?? ushort.MaxValue), takes ?? uint.MaxValue, packet.TopicAliasMaximum);
        return receives != 0 && takes != 0;
    }

    private static bool IsLost(Exception e) => e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or WebSocketException;
}
