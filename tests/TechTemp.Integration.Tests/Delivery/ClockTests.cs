using System.Text.Json.Nodes;

namespace TechTemp.Integration.Tests.Delivery;

/// <summary>Readings that are dated after this machine's clock.</summary>
public sealed class ClockTests : IAsyncLifetime
{
    private const long Minute = 60_000;
    private const long Hour = 60 * Minute;

    private TechTempStack _stack = null!;

    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    public async ValueTask InitializeAsync() => _stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);

    public ValueTask DisposeAsync() => _stack?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task A_reading_dated_tomorrow_is_stored_but_is_not_the_latest_and_its_device_is_named()
    {
        var now = Now;
        await PublishAsync("other", now);
        await PublishAsync("ahead", now, temperature: 20);
        await PublishAsync("ahead", now + 23 * Hour, temperature: 30);
        await PublishAsync("ahead", now + Minute, temperature: 21);
        await Eventually.TrueAsync(async () => await _stack.CountAsync("ahead") == 3, "three readings are stored");

        Assert.Equal(21, (double)Assert.Single((await _stack.Http.DataAsync("/api/v1/readings/latest?deviceId=ahead")).AsArray())!["temperature"]!);
        await Eventually.TrueAsync(
            async () => await _stack.Broker.Client.RetainedAsync(SampleReading.StateTopic("ahead")) is { } state && (long)JsonNode.Parse(state)!["ts"]! == now + Minute,
            "the state is that of the latest");
        var clocks = await ClocksAsync(c => (int)c["ahead_count"]! == 1);
        Assert.Equal(0, (long)clocks["behind_ms"]!);
        Assert.Equal($$"""[{"device_id":"ahead","ts":"{{SampleReading.Text(now + 23 * Hour)}}","held":false}]""", clocks["ahead"]!.ToJsonString());
        Assert.Equal("""{"status":"ok"}""", (await _stack.Ingest.Http.GetAsync("/health")).Body);
        await Eventually.TrueAsync(() => _stack.Ingest.Output.Contains("The clock of device ahead is ahead", StringComparison.Ordinal), "the log names it");
    }

    [Fact]
    public async Task Where_the_readings_of_most_devices_are_too_far_ahead_they_are_held_and_health_is_degraded()
    {
        var ts = Now + 48 * Hour;
        foreach (var device in new[] { "one", "two", "three" })
        {
            await PublishAsync(device, ts);
            // As a device sends it again that has not received an acknowledgement.
            await PublishAsync(device, ts);
        }

        await Eventually.TrueAsync(async () => (await _stack.Http.DataAsync("/api/v1/rejected?reason=in-future")).AsArray().Count == 3, "each is held once");
        foreach (var host in new[] { _stack.Ingest, _stack.Api })
        {
            await host.HealthAsync(h => h.Status == 200 && h.Body == """{"status":"degraded","failed":["clock"]}""", "degraded with clock");
        }

        var clocks = await ClocksAsync(c => (long)c["behind_ms"]! > 0);
        Assert.InRange((long)clocks["behind_ms"]!, 48 * Hour - 5 * Minute, 48 * Hour);
        Assert.All(clocks["ahead"]!.AsArray(), device => Assert.True((bool)device!["held"]!));
        await Eventually.TrueAsync(() => _stack.Ingest.Output.Contains("seems to be behind", StringComparison.Ordinal), "the log says so");

        var replayed = (await _stack.Http.SendAsync("POST", "/api/v1/rejected/replay?reason=in-future")).Data;
        Assert.Equal("""{"tried":3,"stored":0,"duplicates":0,"rejected":3,"next_cursor":null}""", replayed.ToJsonString());
    }

    private Task PublishAsync(string device, long ts, double temperature = 20) =>
        _stack.Broker.Client.PublishAsync(SampleReading.Topic(device), SampleReading.Payload(ts, temperature));

    private async Task<JsonNode> ClocksAsync(Func<JsonNode, bool> condition) =>
        await Eventually.ResultAsync(async () => (await _stack.Http.DataAsync("/api/v1/system"))["clocks"]!, condition, "the clocks are looked at");
}
