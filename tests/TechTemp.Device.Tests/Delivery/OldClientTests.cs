using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TechTemp.Clients.Device.Tests.Delivery;

/// <summary>
/// The exchange of a client of the old kind, byte by byte over a socket. Nothing here was recorded: it is an exchange as such C clients
/// speak it, put together from the MQTT 3.1.1 specification: CONNECT with a client id, a clean session and a keep-alive of 60 s,
/// QoS 1 PUBLISHes with the contract's payload, PINGREQ, DISCONNECT. No <c>seq</c>, no will, no status.
/// </summary>
public sealed class OldClientTests
{
    private const string Client = "sensor-living-room";

    [Fact]
    public async Task It_works_unchanged_with_Standalone()
    {
        using var folder = new TempFolder();
        var port = FreePort.Next();
        await using var host = await HostProcess.StartHealthyAsync(
            "TechTemp.Standalone",
            [KeyValuePair.Create("MQTT_PORT", port.ToString(CultureInfo.InvariantCulture)), KeyValuePair.Create("DB_PATH", folder.File("techtemp.db"))]);

        await SpeakAsync(port);

        await StoredAsync(host.Http);
    }

    [Theory]
    [InlineData(MosquittoConfiguration.Ours)]
    [InlineData(MosquittoConfiguration.Usual)]
    public async Task It_works_unchanged_with_Mosquitto_and_ingest(MosquittoConfiguration configuration)
    {
        await using var stack = await TechTempStack.StartAsync(configuration);

        await SpeakAsync(stack.Broker.Port);

        await StoredAsync(stack.Http);
    }

    private static async Task SpeakAsync(int port)
    {
        using var socket = new TcpClient { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        var stream = socket.GetStream();

        // Section 3.1: protocol name "MQTT", level 4, connect flags 0x02 (clean session), keep-alive 60 s, client id.
        await SendAsync(stream, 0x10, [0x00, 0x04, .. "MQTT"u8, 0x04, 0x02, 0x00, 0x3C, .. Text(Client)]);
        // Section 3.2: CONNACK, no session present, accepted.
        await HearAsync(stream, "20020000");

        await PublishAsync(stream, packet: 1, SampleReading.Payload(SampleReading.Ts));
        await HearAsync(stream, "40020001");
        await PublishAsync(stream, packet: 2, SampleReading.Payload(SampleReading.Ts + 60_000, 0, 0));
        await HearAsync(stream, "40020002");

        // Section 3.12 and 3.13: PINGREQ, PINGRESP.
        await SendAsync(stream, 0xC0, []);
        await HearAsync(stream, "D000");

        // A connection that broke: sent again with DUP, section 3.3.1.1. And two at once, before either is acknowledged.
        await PublishAsync(stream, packet: 2, SampleReading.Payload(SampleReading.Ts + 60_000, 0, 0), duplicate: true);
        await HearAsync(stream, "40020002");
        await PublishAsync(stream, packet: 3, SampleReading.Payload(SampleReading.Ts + 120_000, -3.5, 99.9));
        await PublishAsync(stream, packet: 4, SampleReading.Payload(SampleReading.Ts + 180_000, -3.25, 100));
        await HearAsync(stream, "4002000340020004");

        // Section 3.14: DISCONNECT; the server closes the connection and says no more.
        await SendAsync(stream, 0xE0, []);
        Assert.Equal(0, await stream.ReadAsync(new byte[1], TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken));
    }

    private static async Task StoredAsync(ApiClient http)
    {
        var path = $"/api/v1/devices/{Client}/readings";
        var rows = await Eventually.ResultAsync(
            async () => await http.GetAsync(path) is { Status: 200 } answer ? answer.Data.AsArray() : [], r => r.Count >= 4, "four readings are stored");
        Assert.Equal(
            [(SampleReading.Ts + 180_000, -3.25, 100), (SampleReading.Ts + 120_000, -3.5, 99.9), (SampleReading.Ts + 60_000, 0, 0), (SampleReading.Ts, 21.02, 63.33)],
            rows.Select(r => (DateTimeOffset.Parse((string)r!["ts"]!, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds(), (double)r["temperature"]!, (double)r["humidity"]!)));
        Assert.Empty((await http.DataAsync("/api/v1/rejected")).AsArray());
    }

    // Section 3.3: flags QoS 1 (0x02) and DUP (0x08), topic, packet identifier, payload.
    private static Task PublishAsync(NetworkStream stream, byte packet, string payload, bool duplicate = false) =>
        SendAsync(stream, (byte)(0x32 | (duplicate ? 0x08 : 0)), [.. Text(SampleReading.Topic(Client)), 0x00, packet, .. Encoding.UTF8.GetBytes(payload)]);

    private static async Task SendAsync(NetworkStream stream, byte type, byte[] body) =>
        await stream.WriteAsync((byte[])[type, .. Length(body.Length), .. body], TestContext.Current.CancellationToken);

    // Section 2.2.3: seven bits a byte, the lowest first.
    private static byte[] Length(int length) => length < 128 ? [(byte)length] : [(byte)((length & 0x7F) | 0x80), .. Length(length >> 7)];

    // Section 1.5.3: two bytes of length before the text.
    private static byte[] Text(string text) => [(byte)(text.Length >> 8), (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    private static async Task HearAsync(NetworkStream stream, string expected)
    {
        var bytes = new byte[expected.Length / 2];
        await stream.ReadExactlyAsync(bytes, TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        Assert.Equal(expected, Convert.ToHexString(bytes));
    }
}
