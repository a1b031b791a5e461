using System.Net;
using System.Security.Cryptography.X509Certificates;
using MQTTnet;
using MQTTnet.Adapter;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Formatter;
using MQTTnet.Implementations;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace TechTemp.ServiceDefaults.Mqtt;

/// <summary>
/// Keeps the Receive Maximum (MQTT 5, section 3.1.2.11.3) from our side as well: with so many messages unacknowledged
/// nothing more is read, and the rest stays at the broker and on the wire. MQTTnet reads without limit, and Mosquitto 2.0.11
/// (Debian 12) sends all that it has queued to a session that it restored from its disk. A connection on which nothing
/// can be read for long ends, as nobody answers its pings; its session stays.
/// </summary>
internal sealed class ReceiveWindow(IMqttChannelAdapter inner, int size) : IMqttChannelAdapter
{
    // One more than allowed: a broker that keeps to the limit is never made to wait, and its other packets still come.
    private readonly SemaphoreSlim _free = new(size + 1);

    public long BytesReceived => inner.BytesReceived;

    public long BytesSent => inner.BytesSent;

    public X509Certificate2 ClientCertificate => inner.ClientCertificate;

    public EndPoint RemoteEndPoint => inner.RemoteEndPoint;

    public EndPoint LocalEndPoint => inner.LocalEndPoint;

    public bool IsSecureConnection => inner.IsSecureConnection;

    public MqttPacketFormatterAdapter PacketFormatterAdapter => inner.PacketFormatterAdapter;

    public Task ConnectAsync(CancellationToken cancellationToken) => inner.ConnectAsync(cancellationToken);

    public Task DisconnectAsync(CancellationToken cancellationToken) => inner.DisconnectAsync(cancellationToken);

    public async Task<MqttPacket> ReceivePacketAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        var packet = await inner.ReceivePacketAsync(cancellationToken);
        if (packet is not MqttPublishPacket { QualityOfServiceLevel: not MqttQualityOfServiceLevel.AtMostOnce })
        {
            _free.Release();
        }

        return packet;
    }

    public async Task SendPacketAsync(MqttPacket packet, CancellationToken cancellationToken)
    {
        if (packet is MqttPubAckPacket or MqttPubRecPacket)
        {
            _free.Release();
        }

        await inner.SendPacketAsync(packet, cancellationToken);
    }

    public void ResetStatistics() => inner.ResetStatistics();

    public void Dispose()
    {
        _free.Dispose();
        inner.Dispose();
    }

    /// <summary>Gives each connection that has a Receive Maximum its window.</summary>
    internal sealed class Factory : IMqttClientAdapterFactory
    {
        private readonly MqttClientAdapterFactory _inner = new();

        public IMqttChannelAdapter CreateClientAdapter(MqttClientOptions options, MqttPacketInspector packetInspector, IMqttNetLogger logger)
        {
            var adapter = _inner.CreateClientAdapter(options, packetInspector, logger);
            return options.ReceiveMaximum == 0 ? adapter : new ReceiveWindow(adapter, options.ReceiveMaximum);
        }
    }
}
