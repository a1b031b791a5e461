namespace TechTemp.Integration.Tests.Delivery;

/// <summary>Readings of unknown devices are held where the policy says so.</summary>
public sealed class HoldTests : IAsyncLifetime
{
    private TechTempStack _stack = null!;

    public async ValueTask InitializeAsync() => _stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours, ("Ingest__UnknownDevices", "Hold"));

    public ValueTask DisposeAsync() => _stack?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Held_readings_are_stored_in_their_order_when_the_device_is_provisioned()
    {
        var topic = SampleReading.Topic("held");
        var mqtt = _stack.Broker.Client;
        await mqtt.PublishAsync(topic, SampleReading.Payload(SampleReading.Ts, temperature: 20));
        await mqtt.PublishAsync(topic, SampleReading.Payload(SampleReading.Ts + 1000, temperature: 21));
        // The first of one time stays: in another order this one would.
        await mqtt.PublishAsync(topic, SampleReading.Payload(SampleReading.Ts, temperature: 22));

        await Eventually.TrueAsync(async () => await RejectedAsync("unknown-device") == 3, "three messages are held");
        Assert.Equal(404, (await _stack.Http.GetAsync("/api/v1/devices/held")).Status);

        var answer = await _stack.Http.PostAsync("/api/v1/devices", new { device_uid = "held", room_name = "Attic" });
        Assert.Equal(201, answer.Status);
        var readings = (await _stack.Http.DataAsync("/api/v1/devices/held/readings")).AsArray();
        Assert.Equal([21, 20], readings.Select(r => (double)r!["temperature"]!));
        Assert.Equal(0, await RejectedAsync("unknown-device"));
        Assert.Equal(1, await RejectedAsync("conflict"));

        await mqtt.PublishAsync(topic, SampleReading.Payload(SampleReading.Ts + 2000));
        await Eventually.TrueAsync(async () => await _stack.CountAsync("held") == 3, "a reading of the provisioned device is stored at once");
    }

    private async Task<int> RejectedAsync(string reason) => (await _stack.Http.DataAsync($"/api/v1/rejected?reason={reason}")).AsArray().Count;
}
