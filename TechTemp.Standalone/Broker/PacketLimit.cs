using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using MQTTnet.Adapter;
using MQTTnet.Channel;
using MQTTnet.Exceptions;

namespace TechTemp.Standalone.Broker;

/// <summary>
/// Ends the connection of a client that sends a larger packet than mosquitto.conf allows, before it is read: a header of
/// five bytes may announce 256 MB. MQTTnet 5.2 has no option for this and its adapter none for its channel.
/// </summary>
internal static class PacketLimit
{
    public const int Bytes = 65_536;

    public static void Set(IMqttChannelAdapter adapter)
    {
        ref var channel = ref Channel((MqttChannelAdapter)adapter);
        channel = new LimitedChannel(channel);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_channel")]
    private static extern ref IMqttChannel Channel(MqttChannelAdapter adapter);

    private sealed class LimitedChannel(IMqttChannel inner) : IMqttChannel
    {
        public X509Certificate2 ClientCertificate => inner.ClientCertificate;

        public EndPoint RemoteEndPoint => inner.RemoteEndPoint;

        public EndPoint LocalEndPoint => inner.LocalEndPoint;

        public bool IsSecureConnection => inner.IsSecureConnection;

        public Task ConnectAsync(CancellationToken cancellationToken) => inner.ConnectAsync(cancellationToken);

        public Task DisconnectAsync(CancellationToken cancellationToken) => inner.DisconnectAsync(cancellationToken);

        // A packet is read into a buffer of its size, part by part.
        public Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            buffer.Length <= Bytes
                ? inner.ReadAsync(buffer, offset, count, cancellationToken)
                : throw new MqttCommunicationException($"A packet of {buffer.Length} bytes is larger than {Bytes}.");

        public Task WriteAsync(ReadOnlySequence<byte> buffer, bool isEndOfPacket, CancellationToken cancellationToken) =>
            inner.WriteAsync(buffer, isEndOfPacket, cancellationToken);

        public void Dispose() => inner.Dispose();
    }
}
