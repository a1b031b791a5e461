namespace TechTemp.Integration.Tests.Delivery;

/// <summary>The broker keeps for ingest what comes while it is away.</summary>
public sealed class IngestAwayTests
{
    // More than the 1,000 messages that Mosquitto's default queues for a client that is away.
    private const int Many = 3_000;

    [Fact]
    public async Task Readings_published_while_ingest_is_away_are_stored_when_it_is_back()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);
        Assert.Equal(0, await stack.Ingest.StopAsync());

        await PublishAsync(stack, Many);
        await stack.StartIngestAsync();

        await StoredAsync(stack, Many);
    }

    [Fact]
    public async Task They_are_also_kept_by_a_broker_that_is_restarted_meanwhile()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Usual);
        Assert.Equal(0, await stack.Ingest.StopAsync());

        await PublishAsync(stack, 500);
        await stack.Broker.StopAsync();
        await stack.Broker.StartAsync();
        await stack.StartIngestAsync();

        await StoredAsync(stack, 500);
    }

    [Fact]
    public async Task What_a_killed_ingest_had_in_hand_is_stored_by_the_next_one()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);
        var publishing = PublishAsync(stack, Many);
        await Eventually.TrueAsync(async () => await stack.CountAsync("away") > 0, "the first readings are stored");
        stack.Ingest.Kill();
        await publishing;
        await stack.StartIngestAsync();

        await StoredAsync(stack, Many);
        Assert.Empty((await stack.Http.DataAsync("/api/v1/rejected")).AsArray());
    }

    [Fact]
    public async Task A_retained_reading_from_before_the_first_start_is_stored()
    {
        await using var broker = await MosquittoProcess.StartAsync(MosquittoConfiguration.Usual);
        await broker.Client.PublishAsync(SampleReading.Topic("early"), SampleReading.Payload(), retain: true);
        using var folder = new TempFolder();
        Dictionary<string, string> settings = new() { ["MQTT_URL"] = broker.Url, ["DB_PATH"] = folder.File("techtemp.db") };
        await using var ingest = await HostProcess.StartHealthyAsync("TechTemp.Ingest", settings);
        await using var api = await HostProcess.StartHealthyAsync("TechTemp.Api", settings);

        await Eventually.TrueAsync(async () => (await api.Http.DataAsync("/api/v1/readings/latest?deviceId=early")).AsArray().Count == 1, "it is stored");
    }

    private static async Task PublishAsync(TechTempStack stack, int count)
    {
        await using var publisher = stack.Broker.Client.StartPublishing(SampleReading.Topic("away"));
        for (var i = 0; i < count; i++)
        {
            await publisher.PublishAsync(SampleReading.Payload(SampleReading.Ts + i));
        }

        await publisher.CompleteAsync();
    }

    private static async Task StoredAsync(TechTempStack stack, int count) =>
        await Eventually.ResultAsync(() => stack.CountAsync("away"), stored => stored == count, $"{count} readings are stored");
}
