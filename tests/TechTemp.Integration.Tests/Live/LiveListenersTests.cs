using System.Globalization;
using System.Net.Sockets;
using System.Text;
using TechTemp.Integration.Tests.Delivery;

namespace TechTemp.Integration.Tests.Live;

/// <summary>GET /api/v1/readings/stream: many listeners, slow ones, and silence. Each test has an API of its own at the shared broker.</summary>
public sealed class LiveListenersTests(SharedStacks stacks) : StackTest(stacks)
{
    private const int Many = 1_000;

    private string OfDevice => $"?deviceId={Device}";

    [Fact]
    public async Task In_a_silence_comments_come()
    {
        await using var api = await StartApiAsync(("Live__Heartbeat", "00:00:00.2"));
        await using var listener = await api.Http.ListenAsync(OfDevice);

        await Eventually.TrueAsync(() => listener.Comments >= 3, "three comments came");
        Assert.Empty(listener.Events);
    }

    [Fact]
    public async Task A_listener_that_takes_nothing_is_closed_and_the_others_go_on()
    {
        await using var api = await StartApiAsync(("Live__SendTimeout", "00:00:01"));
        await using var listener = await api.Http.ListenAsync(OfDevice);
        using var stalled = await StallAsync(api);
        await using var publisher = Mqtt.StartPublishing(SampleReading.StateTopic(Device));

        var ts = SampleReading.Ts;
        await Eventually.TrueAsync(
            async () =>
            {
                ts = await FloodAsync(publisher, ts, 200);
                return api.Output.Contains("Closed a listener", StringComparison.Ordinal);
            },
            "the listener that takes nothing is closed");

        await publisher.PublishAsync(State(++ts));
        await listener.EventAsync(Device, ts);
        Assert.False(listener.Ended.IsCompleted);
        // What was on its way is still there; then there is an end.
        Assert.False(await EndsInGoodOrderAsync(stalled));
    }

    [Fact]
    public async Task Who_comes_beyond_the_most_that_may_listen_is_told_to_come_back()
    {
        await using var api = await StartApiAsync(("Live__MaxListeners", "2"));
        await using var first = await api.Http.ListenAsync();
        await using (await api.Http.ListenAsync())
        {
            var refused = await api.Http.GetAsync("/api/v1/readings/stream");
            Assert.Equal((503, "application/problem+json", "10"), (refused.Status, refused.Header("Content-Type"), refused.Header("Retry-After")));
            Assert.NotEmpty((string)refused.Json["error"]!);
        }

        await Eventually.TrueAsync(
            async () =>
            {
                await using var next = await api.Http.ListenAsync();
                return next.Status == 200;
            },
            "the place of one who has gone is free");
        Assert.False(first.Ended.IsCompleted);
    }

    [Fact]
    public async Task SIGTERM_ends_the_streams_and_waits_for_no_listener()
    {
        await using var api = await StartApiAsync();
        using var stalled = await StallAsync(api);
        await using var publisher = Mqtt.StartPublishing(SampleReading.StateTopic(Device));
        await using var witness = await api.Http.ListenAsync(OfDevice);
        var last = await FloodAsync(publisher, SampleReading.Ts, 5_000);
        await witness.EventAsync(Device, last);
        var listeners = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => api.Http.ListenAsync("?deviceId=nobody")));

        Assert.Equal(0, await api.StopAsync(TimeSpan.FromSeconds(5)));

        Assert.Empty(api.Error);
        Assert.All(await Task.WhenAll(listeners.Select(listener => listener.Ended)), Assert.True);
        foreach (var listener in listeners)
        {
            await listener.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_thousand_listeners_get_each_reading()
    {
        await using var api = await StartApiAsync();
        var before = api.MemoryMiB;
        var listeners = await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => api.Http.ListenAsync(OfDevice)));
        var connected = api.MemoryMiB;

        for (var i = 1; i <= 5; i++)
        {
            await PublishAsync(SampleReading.Payload(SampleReading.Ts + i));
            await Eventually.TrueAsync(() => listeners.All(listener => listener.Events.Count == i), $"event {i} came to all", TimeSpan.FromMinutes(1));
        }

        Assert.All(listeners, listener => Assert.Equal(listeners[0].Events, listener.Events));
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"Memory of the API: {before:F0} MiB, with {Many} listeners {connected:F0} MiB, after five events for each {api.MemoryMiB:F0} MiB"));

        Assert.Equal(0, await api.StopAsync(TimeSpan.FromSeconds(5)));
        Assert.All(await Task.WhenAll(listeners.Select(listener => listener.Ended)), Assert.True);
        foreach (var listener in listeners)
        {
            await listener.DisposeAsync();
        }
    }

    // Large, so that what a socket holds is soon full.
    private static string State(long ts) => SampleReading.Payload(ts)[..^1] + $", \"room\": \"{new string('x', 4_000)}\"}}";

    private static async Task<long> FloodAsync(PublishingProcess publisher, long ts, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await publisher.PublishAsync(State(++ts));
        }

        return ts;
    }

    private static async Task<bool> EndsInGoodOrderAsync(TcpClient client)
    {
        try
        {
            using var text = new StreamReader(client.GetStream());
            return (await text.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(Eventually.Deadline)).EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    // A listener that never reads.
    private async Task<TcpClient> StallAsync(HostProcess api)
    {
        var client = new TcpClient { ReceiveBufferSize = 4_096 };
        await client.ConnectAsync("127.0.0.1", int.Parse(api.Settings["HTTP_PORT"], CultureInfo.InvariantCulture), TestContext.Current.CancellationToken);
        var request = Encoding.ASCII.GetBytes($"GET /api/v1/readings/stream{OfDevice} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await client.GetStream().WriteAsync(request, TestContext.Current.CancellationToken);
        return client;
    }

    private Task<HostProcess> StartApiAsync(params (string Name, string Value)[] settings) =>
        HostProcess.StartHealthyAsync("TechTemp.Api", [.. Stack.Settings, .. settings.Select(s => KeyValuePair.Create(s.Name, s.Value))]);
}
