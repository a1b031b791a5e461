using System.Net;
using System.Net.WebSockets;
using System.Text;

namespace TechTemp.Integration.Tests.Standalone;

/// <summary>MQTT over WebSockets on Standalone's HTTP port (MQTT 5, section 6).</summary>
public sealed class WebSocketTests
{
    [Fact]
    public async Task A_reading_is_published_and_its_state_received_over_a_WebSocket()
    {
        await using var run = await StandaloneRun.StartAsync();
        using var socket = await ConnectAsync(run, socket => socket.AddSubProtocol("mqtt"));
        Assert.Equal("mqtt", socket.SubProtocol);

        // Packets and frames need not have the same bounds (MQTT-6.0.0-2).
        var body = RawClient.Connect("browser");
        await SendAsync(socket, 0x10, (byte)body.Length);
        await SendAsync(socket, body);
        Assert.Equal(0x20, (await ReceiveAsync(socket))[0]);
        var filter = RawClient.Text(SampleReading.StateTopic("s1"));
        await SendAsync(socket, [0x82, (byte)(filter.Length + 4), 0, 1, 0, .. filter, 1]);
        Assert.Equal(0x90, (await ReceiveAsync(socket))[0]);
        byte[] publish = [.. RawClient.Text(SampleReading.Topic("s1")), 0, 1, 0, .. Encoding.UTF8.GetBytes(SampleReading.Payload())];
        await SendAsync(socket, [0x32, (byte)publish.Length, .. publish]);

        var answers = Encoding.UTF8.GetString(await ReceiveAsync(socket));
        while (!answers.Contains($"\"ts\":{SampleReading.Ts}", StringComparison.Ordinal))
        {
            answers += Encoding.UTF8.GetString(await ReceiveAsync(socket));
        }

        Assert.Single((await run.Http.DataAsync("/api/v1/readings/latest")).AsArray());
        // A stop does not wait for it.
        Assert.Equal(0, await run.Host.StopAsync(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task A_page_of_another_origin_and_a_client_that_does_not_speak_MQTT_are_refused()
    {
        await using var run = await StandaloneRun.StartAsync();

        Assert.Equal(HttpStatusCode.Forbidden, await RefusedAsync(run, socket =>
        {
            socket.AddSubProtocol("mqtt");
            socket.SetRequestHeader("Origin", "http://foreign.example");
        }));
        Assert.Equal(HttpStatusCode.BadRequest, await RefusedAsync(run, _ => { }));
        Assert.Equal((426, "application/problem+json"), await PlainAsync(run));
    }

    [Fact]
    public async Task The_password_is_asked_for_over_WebSockets_too()
    {
        await using var run = await StandaloneRun.StartAsync(("MQTT_USERNAME", "house"), ("MQTT_PASSWORD", "s3cret"));
        using var socket = await ConnectAsync(run, socket => socket.AddSubProtocol("mqtt"));
        var body = RawClient.Connect("browser");

        await SendAsync(socket, [0x10, (byte)body.Length, .. body]);

        Assert.Equal(0x86, (await ReceiveAsync(socket))[3]);
    }

    private static async Task<(int Status, string Type)> PlainAsync(StandaloneRun run)
    {
        var answer = await run.Http.GetAsync("/mqtt");
        return (answer.Status, answer.Header("Content-Type"));
    }

    private static async Task<HttpStatusCode> RefusedAsync(StandaloneRun run, Action<ClientWebSocketOptions> options)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        options(socket.Options);
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(AddressOf(run), CancellationToken.None));
        return socket.HttpStatusCode;
    }

    private static async Task<ClientWebSocket> ConnectAsync(StandaloneRun run, Action<ClientWebSocketOptions> options)
    {
        var socket = new ClientWebSocket();
        options(socket.Options);
        await socket.ConnectAsync(AddressOf(run), CancellationToken.None);
        return socket;
    }

    private static Uri AddressOf(StandaloneRun run) => new($"ws://127.0.0.1:{run.Host.Settings["HTTP_PORT"]}/mqtt");

    private static Task SendAsync(ClientWebSocket socket, params byte[] bytes) => socket.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);

    private static async Task<byte[]> ReceiveAsync(ClientWebSocket socket)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var buffer = new byte[4096];
        var result = await socket.ReceiveAsync(buffer, deadline.Token);
        return buffer[..result.Count];
    }
}
