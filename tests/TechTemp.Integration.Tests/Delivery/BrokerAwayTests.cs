using System.Text.Json.Nodes;

namespace TechTemp.Integration.Tests.Delivery;

/// <summary>Ingest and API without their broker.</summary>
public sealed class BrokerAwayTests
{
    private const string WithoutBroker = """{"status":"failed","failed":["broker"]}""";
    private const string Degraded = """{"status":"degraded","failed":["broker"]}""";
    private const string Ok = """{"status":"ok"}""";

    [Fact]
    public async Task A_broker_that_goes_and_comes_back_is_missed_and_found_again()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Usual);
        await stack.Broker.Client.PublishAsync(SampleReading.Topic("before"), SampleReading.Payload());
        await StoredAsync(stack, "before");

        await stack.Broker.StopAsync();
        var ingest = await stack.Ingest.HealthAsync(health => health.Status == 503, "failed without broker");
        Assert.Equal(WithoutBroker, ingest.Body);
        var api = await stack.Api.HealthAsync(health => health.Body != Ok, "degraded without broker");
        Assert.Equal((200, Degraded), (api.Status, api.Body));
        Assert.Single((await stack.Http.DataAsync("/api/v1/readings/latest")).AsArray());

        await stack.Broker.StartAsync();
        await stack.Ingest.HealthAsync(health => health is { Status: 200, Body: Ok }, "ok with broker");
        await stack.Api.HealthAsync(health => health is { Status: 200, Body: Ok }, "ok with broker");
        await stack.Broker.Client.PublishAsync(SampleReading.Topic("after"), SampleReading.Payload());
        await StoredAsync(stack, "after");
    }

    [Fact]
    public async Task A_broker_that_lost_its_sessions_is_subscribed_to_anew()
    {
        await using var first = await TechTempStack.StartAsync(MosquittoConfiguration.Usual);
        await first.Broker.Client.PublishAsync(SampleReading.Topic("before"), SampleReading.Payload());
        await StoredAsync(first, "before");
        await first.Broker.StopAsync();
        first.Broker.Forget();
        await first.Broker.StartAsync();

        await first.Ingest.HealthAsync(health => health.Status == 200, "ok again");
        await Eventually.ResultAsync(
            () => first.Broker.Client.RetainedAsync(SampleReading.StateTopic("before")), state => state is not null, "the state is retained again");
        await first.Broker.Client.PublishAsync(SampleReading.Topic("after"), SampleReading.Payload());
        await StoredAsync(first, "after");
    }

    [Fact]
    public async Task A_session_without_its_subscription_is_subscribed()
    {
        await using var broker = await MosquittoProcess.StartAsync(MosquittoConfiguration.Ours);
        using var folder = new TempFolder();
        Dictionary<string, string> settings = new() { ["MQTT_URL"] = $"mqtt://127.0.0.1:{FreePort.Next()}", ["DB_PATH"] = folder.File("techtemp.db") };
        await using (var first = HostProcess.Start("TechTemp.Ingest", settings))
        {
            await first.HealthAsync(health => health.Body == WithoutBroker, "without broker, with its store");
        }

        // What an ingest leaves that is killed, or cut off, between its connection and its subscription.
        await broker.Client.MakeSessionAsync(StoreFile.ClientId(settings["DB_PATH"]), "home/unused");
        settings["MQTT_URL"] = broker.Url;
        await using var ingest = await HostProcess.StartHealthyAsync("TechTemp.Ingest", settings);

        await broker.Client.PublishAsync(SampleReading.Topic("any"), SampleReading.Payload());
        await Eventually.ResultAsync(() => broker.Client.RetainedAsync(SampleReading.StateTopic("any")), state => state is not null, "the state is retained");
    }

    [Fact]
    public async Task Retained_readings_do_not_come_again_with_each_connection()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);
        await stack.Broker.Client.PublishAsync(SampleReading.Topic("kept"), "no reading", retain: true);
        await RefusedAsync(stack, "no reading");

        await stack.Broker.StopAsync();
        await stack.Broker.StartAsync();
        await stack.Ingest.HealthAsync(health => health.Status == 200, "ok again");
        Assert.Equal(0, await stack.Ingest.StopAsync());
        await stack.StartIngestAsync();
        await stack.Broker.Client.PublishAsync(SampleReading.Topic("kept"), "no reading either");

        Assert.Equal(2, (await RefusedAsync(stack, "no reading either")).Count);
    }

    [Fact]
    public async Task A_broker_that_answers_no_more_is_missed()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours, ("Mqtt__KeepAlive", "00:00:01"));

        stack.Broker.Freeze(true);
        Assert.Equal(WithoutBroker, (await stack.Ingest.HealthAsync(health => health.Status == 503, "failed without broker")).Body);
        stack.Broker.Freeze(false);
        await stack.Ingest.HealthAsync(health => health.Status == 200, "ok again");
    }

    [Fact]
    public async Task Ingest_starts_without_broker_says_so_and_goes_on_when_it_comes()
    {
        await using var broker = MosquittoProcess.Create(MosquittoConfiguration.Ours);
        using var folder = new TempFolder();
        await using var ingest = HostProcess.Start(
            "TechTemp.Ingest", new Dictionary<string, string> { ["MQTT_URL"] = broker.Url, ["DB_PATH"] = folder.File("techtemp.db") });

        var health = await ingest.HealthAsync(health => health.Status == 503 && health.Body == WithoutBroker, "failed without broker");
        Assert.StartsWith("application/json", health.Header("Content-Type"), StringComparison.Ordinal);
        Assert.Equal(200, (await ingest.Http.GetAsync("/alive")).Status);
        // Health says so before the first attempt has failed.
        await Eventually.TrueAsync(() => ingest.Output.Contains(broker.Url, StringComparison.Ordinal), "ingest names the broker that it cannot reach");

        await broker.StartAsync();
        await ingest.HealthAsync(health => health is { Status: 200, Body: Ok }, "ok with broker");
    }

    [Fact]
    public async Task Ingest_without_broker_stops_when_it_is_told_to()
    {
        using var folder = new TempFolder();
        await using var ingest = HostProcess.Start(
            "TechTemp.Ingest", new Dictionary<string, string> { ["MQTT_URL"] = $"mqtt://127.0.0.1:{FreePort.Next()}", ["DB_PATH"] = folder.File("techtemp.db") });
        await ingest.HealthAsync(health => health.Status == 503, "failed without broker");

        Assert.Equal(0, await ingest.StopAsync(TimeSpan.FromSeconds(5)));
    }

    private static async Task<JsonArray> RefusedAsync(TechTempStack stack, string payload)
    {
        var data = await Eventually.ResultAsync(
            () => stack.Http.DataAsync("/api/v1/rejected"), data => data.AsArray().Any(r => (string?)r!["payload"] == payload), $"'{payload}' is refused");
        return data.AsArray();
    }

    private static Task StoredAsync(TechTempStack stack, string device) =>
        Eventually.TrueAsync(async () => await stack.CountAsync(device) == 1, $"the reading of {device} is stored");
}
