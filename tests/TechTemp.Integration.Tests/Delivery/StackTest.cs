using System.Text.Json.Nodes;

namespace TechTemp.Integration.Tests.Delivery;

/// <summary>A test with a device of its own on the stack with our Mosquitto.</summary>
[Trait("Store", "any")]
public abstract class StackTest(SharedStacks stacks) : IAsyncLifetime
{
    protected string Device { get; } = Unique.Uid();

    protected TechTempStack Stack { get; private set; } = null!;

    protected MosquittoClient Mqtt => Stack.Broker.Client;

    protected ApiClient Http => Stack.Http;

    public async ValueTask InitializeAsync() => Stack = await stacks.OursAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected Task PublishAsync(string payload, bool retain = false) => Mqtt.PublishAsync(SampleReading.Topic(Device), payload, retain: retain);

    /// <summary>Waits until so many readings of the device are stored.</summary>
    protected Task StoredAsync(int count) => Eventually.ResultAsync(() => Stack.CountAsync(Device), stored => stored == count, $"{count} readings are stored");

    /// <summary>Waits until so many messages of the device are listed as rejected.</summary>
    /// <returns>They, newest first.</returns>
    protected async Task<JsonArray> RejectedAsync(int count)
    {
        var data = await Eventually.ResultAsync(
            () => Http.DataAsync($"/api/v1/rejected?deviceId={Device}"), data => data.AsArray().Count == count, $"{count} messages are rejected");
        return data.AsArray();
    }
}
