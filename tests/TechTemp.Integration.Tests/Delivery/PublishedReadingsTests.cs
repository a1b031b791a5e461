namespace TechTemp.Integration.Tests.Delivery;

/// <summary>A reading published with an independent client is in the API's answers.</summary>
public abstract class PublishedReadingsTests(Func<Task<TechTempStack>> stack) : IAsyncLifetime
{
    private readonly string _device = Unique.Uid();
    private TechTempStack _stack = null!;

    public async ValueTask InitializeAsync() => _stack = await stack();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(0, false, 311)]
    [InlineData(1, false, 311)]
    [InlineData(2, false, 311)]
    [InlineData(1, true, 311)]
    [InlineData(0, false, 5)]
    [InlineData(1, false, 5)]
    [InlineData(2, false, 5)]
    [InlineData(0, true, 5)]
    [InlineData(1, true, 5)]
    [InlineData(2, true, 5)]
    public async Task A_published_reading_is_in_latest_and_in_the_readings_of_its_device(int qos, bool retain, int version)
    {
        await _stack.Broker.Client.PublishAsync(SampleReading.Topic(_device), SampleReading.Payload(), qos, retain, version);

        var latest = await LatestAsync();
        Assert.Equal(_device, (string?)latest["device_id"]);
        Assert.Equal(SampleReading.TsText, (string?)latest["ts"]);
        Assert.Equal(21.02, (double?)latest["temperature"]);
        Assert.Equal(63.33, (double?)latest["humidity"]);

        var readings = await _stack.Http.DataAsync($"/api/v1/devices/{_device}/readings");
        Assert.Equal(
            $$"""[{"ts":"{{SampleReading.TsText}}","temperature":21.02,"humidity":63.33,"source":"mqtt"}]""",
            readings.ToJsonString());
    }

    [Fact]
    public async Task A_device_that_nobody_knows_is_created_by_its_first_reading()
    {
        await _stack.Broker.Client.PublishAsync(SampleReading.Topic(_device, "garden"), SampleReading.Payload());

        await LatestAsync();
        var device = await _stack.Http.DataAsync($"/api/v1/devices/{_device}");
        Assert.Equal("Auto-discovered sensor", (string?)device["label"]);
        Assert.Equal("garden", (string?)device["home"]);
        Assert.False((bool)device["provisioned"]!);
        Assert.Null(device["room"]);
        Assert.Equal(SampleReading.TsText, (string?)device["last_seen_at"]);
    }

    [Fact]
    public async Task Readings_of_one_connection_are_all_stored()
    {
        await using var publisher = _stack.Broker.Client.StartPublishing(SampleReading.Topic(_device));
        for (var i = 0; i < 500; i++)
        {
            await publisher.PublishAsync(SampleReading.Payload(SampleReading.Ts + i));
        }

        await publisher.CompleteAsync();
        await Eventually.ResultAsync(() => _stack.CountAsync(_device), count => count == 500, "500 readings are stored");
    }

    private async Task<System.Text.Json.Nodes.JsonNode> LatestAsync()
    {
        var data = await Eventually.ResultAsync(
            () => _stack.Http.DataAsync($"/api/v1/readings/latest?deviceId={_device}"), data => data.AsArray().Count == 1, "the reading is stored");
        return data[0]!;
    }
}

/// <summary>With Mosquitto as people have it.</summary>
public sealed class PublishedThroughUsualMosquittoTests(SharedStacks stacks) : PublishedReadingsTests(stacks.UsualAsync);

/// <summary>With Mosquitto as we configure it.</summary>
public sealed class PublishedThroughOurMosquittoTests(SharedStacks stacks) : PublishedReadingsTests(stacks.OursAsync);
