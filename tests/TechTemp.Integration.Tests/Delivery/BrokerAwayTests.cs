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
        await stack.Broker.Client.PublishAsync(Readings.Topic("before"), Readings.Payload());
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
        await stack.Broker.Client.PublishAsync(Readings.Topic("after"), Readings.Payload());
        await StoredAsync(stack, "after");
    }

    [Fact]
    public async Task A_broker_that_lost_its_sessions_is_subscribed_to_anew()
    {
        await using var first = await TechTempStack.StartAsync(MosquittoConfiguration.Usual);
        await first.Broker.Client.PublishAsync(Readings.Topic("before"), Readings.Payload());
        await StoredAsync(first, "before");
        await first.Broker.StopAsync();
        first.Broker.Forget();
        await first.Broker.StartAsync();

        await first.Ingest.HealthAsync(health => health.Status == 200, "ok again");
        await Eventually.ResultAsync(
            () => first.Broker.Client.RetainedAsync(Readings.StateTopic("before")), state => state is not null, "the state is retained again");
        await first.Broker.Client.PublishAsync(Readings.Topic("after"), Readings.Payload());
        await StoredAsync(first, "after");
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
        Assert.Contains(broker.Url, ingest.Output, StringComparison.Ordinal);

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

    [Fact]
    public async Task Of_two_ingests_with_one_client_id_the_older_gives_up_and_says_why()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);
        await using var newer = await HostProcess.StartHealthyAsync("TechTemp.Ingest", stack.Settings);

        Assert.Equal(1, await stack.Ingest.ExitAsync());
        var line = Assert.Single(stack.Ingest.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("client id 'techtemp-ingest'", line, StringComparison.Ordinal);
        Assert.Contains("Mqtt:ClientId", line, StringComparison.Ordinal);

        await stack.Broker.Client.PublishAsync(Readings.Topic("after"), Readings.Payload());
        await StoredAsync(stack, "after");
        Assert.Equal(200, (await newer.Http.GetAsync("/health")).Status);
    }

    private static Task StoredAsync(TechTempStack stack, string device) =>
        Eventually.TrueAsync(async () => await stack.CountAsync(device) == 1, $"the reading of {device} is stored");
}
