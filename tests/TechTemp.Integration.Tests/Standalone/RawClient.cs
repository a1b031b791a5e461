using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TechTemp.Integration.Tests.Standalone;

/// <summary>A MQTT 5 client that sends the bytes that it is given, and shares no code with the broker.</summary>
internal sealed class RawClient : IDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    private readonly TcpClient _client = new();

    /// <summary>The names of packet types (MQTT 5, section 2.1.2).</summary>
    public enum Type
    {
        ConnAck = 2, Publish, PubAck, PubRec, PubRel, PubComp, SubAck = 9, UnsubAck = 11, PingResp = 13, Disconnect,
    }

    public static async Task<RawClient> OpenAsync(int port)
    {
        var client = new RawClient();
        await client._client.ConnectAsync(IPAddress.Loopback, port);
        return client;
    }

    /// <summary>Connects as a MQTT 5 client and expects success.</summary>
    public static async Task<RawClient> ConnectAsync(int port, string clientId, byte[]? properties = null, bool cleanStart = true, byte[]? will = null)
    {
        var client = await OpenAsync(port);
        await client.SendAsync(0x10, Connect(clientId, properties, cleanStart, will));
        var answer = await client.ReceiveAsync();
        Assert.Equal((Type.ConnAck, 0), (answer.Type, answer.Body[1]));
        return client;
    }

    /// <summary>The body of a CONNECT; a will is its properties, topic and payload.</summary>
    public static byte[] Connect(string clientId, byte[]? properties = null, bool cleanStart = true, byte[]? will = null) =>
        [.. Text("MQTT"), 5, (byte)((cleanStart ? 2 : 0) | (will is null ? 0 : 4)), 0, 60, .. Properties(properties ?? []), .. Text(clientId), .. will ?? []];

    public static byte[] Will(string topic, string payload, byte[]? properties = null) => [.. Properties(properties ?? []), .. Text(topic), .. Text(payload)];

    public static byte[] Properties(byte[] properties) => [(byte)properties.Length, .. properties];

    public static byte[] Text(string text) => [.. Number((ushort)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    public static byte[] Number(ushort number) => [(byte)(number >> 8), (byte)number];

    public static byte[] Number(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return bytes;
    }

    public Task SendAsync(byte header, params byte[] body)
    {
        List<byte> packet = [header];
        var length = body.Length;
        do
        {
            packet.Add((byte)((length & 0x7F) | (length > 0x7F ? 0x80 : 0)));
            length >>= 7;
        }
        while (length > 0);

        packet.AddRange(body);
        return SendBytesAsync([.. packet]);
    }

    public async Task SendBytesAsync(byte[] bytes) => await _client.GetStream().WriteAsync(bytes);

    public Task SubscribeAsync(string filter, byte options = 1) => SendAsync(0x82, [0, 1, 0, .. Text(filter), options]);

    public Task PublishAsync(string topic, string payload, byte flags = 0, ushort identifier = 0, byte[]? properties = null) =>
        SendAsync((byte)(0x30 | flags), [.. Text(topic), .. (flags & 6) > 0 ? Number(identifier) : [], .. Properties(properties ?? []), .. Encoding.UTF8.GetBytes(payload)]);

    /// <summary>The next packet; fails when the connection is closed.</summary>
    public async Task<(Type Type, byte Flags, byte[] Body)> ReceiveAsync() => await TryReceiveAsync() ?? throw new IOException("The broker has closed the connection.");

    /// <summary>The next packet of a type, leaving out others.</summary>
    public async Task<(byte Flags, byte[] Body)> ReceiveAsync(Type type)
    {
        while (true)
        {
            var packet = await ReceiveAsync();
            if (packet.Type == type)
            {
                return (packet.Flags, packet.Body);
            }
        }
    }

    /// <summary>The next packet; null when the connection is closed.</summary>
    public async Task<(Type Type, byte Flags, byte[] Body)?> TryReceiveAsync()
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        var stream = _client.GetStream();
        var one = new byte[1];
        try
        {
            if (await stream.ReadAsync(one, deadline.Token) == 0)
            {
                return null;
            }

            var header = one[0];
            var (length, shift) = (0, 0);
            do
            {
                await stream.ReadExactlyAsync(one, deadline.Token);
                length |= (one[0] & 0x7F) << shift;
                shift += 7;
            }
            while (one[0] >= 0x80);

            var body = new byte[length];
            await stream.ReadExactlyAsync(body, deadline.Token);
            return ((Type)(header >> 4), (byte)(header & 0x0F), body);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The reason with which the broker ends the connection; 0 when it gives none.</summary>
    public async Task<byte> EndAsync()
    {
        while (await TryReceiveAsync() is { } packet)
        {
            if (packet.Type == Type.Disconnect)
            {
                return packet.Body.Length > 0 ? packet.Body[0] : (byte)0;
            }
        }

        return 0;
    }

    /// <summary>Whether nothing has come when a PINGREQ is answered: what was sent before would have come before it.</summary>
    public async Task<bool> IsSilentAsync()
    {
        await SendAsync(0xC0);
        return (await ReceiveAsync()).Type == Type.PingResp;
    }

    public void Dispose() => _client.Dispose();
}
