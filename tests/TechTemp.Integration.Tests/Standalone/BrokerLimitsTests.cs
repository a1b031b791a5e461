namespace TechTemp.Integration.Tests.Standalone;

/// <summary>Standalone's broker has a limit for everything that clients can make it keep, and says when one is reached.</summary>
public sealed class BrokerLimitsTests
{
    private const byte SessionExpiry = 0x11;
    private const long Megabyte = 1024 * 1024;

    // 5,000 messages of 60 kB for each of 200 sessions were 7 GB.
    private const long MostMemory = 500 * Megabyte;

    [Fact]
    public async Task Sessions_that_never_return_take_a_bounded_memory_and_readings_go_on()
    {
        await using var run = await StandaloneRun.StartAsync();
        for (var i = 0; i < 200; i++)
        {
            using var client = await RawClient.ConnectAsync(run.MqttPort, $"away-{i}", [SessionExpiry, 0xFF, 0xFF, 0xFF, 0xFF]);
            await client.SubscribeAsync("notes");
            await client.ReceiveAsync(RawClient.Type.SubAck);
        }

        using var sender = await RawClient.ConnectAsync(run.MqttPort, "sender");
        var payload = new string('x', 60_000);
        for (ushort i = 1; i <= 600; i++)
        {
            await sender.PublishAsync("notes", payload, 2, i);
            await sender.ReceiveAsync(RawClient.Type.PubAck);
        }

        Assert.InRange(run.Host.PeakMemory, 0, MostMemory);
        await LimitAsync(run);
        await run.Client.PublishAsync(SampleReading.Topic("s1"), SampleReading.Payload());
        Assert.Single((await run.Http.DataAsync("/api/v1/readings/latest")).AsArray());
    }

    [Fact]
    public async Task Retained_messages_take_a_bounded_memory_and_those_of_other_clients_stay()
    {
        await using var run = await StandaloneRun.StartAsync();
        await run.Client.PublishAsync("home/h1/sensors/s1/status", "offline", retain: true);
        var payload = new string('x', 60_000);
        for (var client = 0; client < 6; client++)
        {
            using var junk = await RawClient.ConnectAsync(run.MqttPort, $"junk-{client}");
            for (ushort i = 1; i <= 200; i++)
            {
                await junk.PublishAsync($"junk/{client}/{i}", payload, 3, i);
                await junk.ReceiveAsync(RawClient.Type.PubAck);
            }
        }

        Assert.InRange(run.Host.PeakMemory, 0, MostMemory);
        await LimitAsync(run);
        Assert.Equal("offline", await run.Client.RetainedAsync("home/h1/sensors/s1/status"));
        await run.Client.PublishAsync(SampleReading.Topic("s1"), SampleReading.Payload());
        await Eventually.TrueAsync(async () => await run.Client.RetainedAsync(SampleReading.StateTopic("s1")) is not null, "states are retained all the same");
    }

    [Fact]
    public async Task A_client_beyond_the_most_sessions_is_refused_and_comes_in_when_one_has_ended()
    {
        await using var run = await StandaloneRun.StartAsync(("Broker__MaxSessions", "2"));
        using var first = await RawClient.ConnectAsync(run.MqttPort, "first");
        var second = await RawClient.ConnectAsync(run.MqttPort, "second");
        using (var third = await RawClient.OpenAsync(run.MqttPort))
        {
            await third.SendAsync(0x10, RawClient.Connect("third"));
            Assert.Equal(0x97, (await third.ReceiveAsync(RawClient.Type.ConnAck)).Body[1]);
        }

        await LimitAsync(run);
        second.Dispose();
        await Eventually.TrueAsync(
            async () =>
            {
                using var third = await RawClient.OpenAsync(run.MqttPort);
                await third.SendAsync(0x10, RawClient.Connect("third"));
                return (await third.ReceiveAsync(RawClient.Type.ConnAck)).Body[1] == 0;
            },
            "there is room again");
    }

    [Fact]
    public async Task A_session_ends_when_its_time_is_over_and_a_client_is_told_the_longest_time()
    {
        await using var run = await StandaloneRun.StartAsync(("Broker__SessionExpiry", "00:00:01"));
        using (var client = await RawClient.OpenAsync(run.MqttPort))
        {
            await client.SendAsync(0x10, RawClient.Connect("a", [SessionExpiry, 0, 0, 0, 60]));
            var properties = (await client.ReceiveAsync(RawClient.Type.ConnAck)).Body.AsSpan(3);
            Assert.Equal([SessionExpiry, 0, 0, 0, 1], properties[..5].ToArray());
        }

        await Eventually.TrueAsync(
            async () =>
            {
                using var client = await RawClient.OpenAsync(run.MqttPort);
                await client.SendAsync(0x10, RawClient.Connect("a", cleanStart: false));
                return (await client.ReceiveAsync(RawClient.Type.ConnAck)).Body[0] == 0;
            },
            "the session has ended");
    }

    // A health answer is a second old at most.
    private static Task LimitAsync(StandaloneRun run) => Eventually.TrueAsync(
        async () => (await run.Http.GetAsync("/health")).Body == """{"status":"degraded","failed":["broker-limits"]}""", "health names the limit");
}
