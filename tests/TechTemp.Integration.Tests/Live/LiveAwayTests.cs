using TechTemp.Integration.Tests.Standalone;

namespace TechTemp.Integration.Tests.Live;

/// <summary>GET /api/v1/readings/stream: the broker away for a while, another replica, and everything in one process.</summary>
public sealed class LiveAwayTests
{
    [Fact]
    public async Task A_stream_outlasts_the_broker_and_goes_on_with_what_has_changed()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Usual, ("Live__Heartbeat", "00:00:00.2"));
        await using var listener = await stack.Http.ListenAsync();
        await stack.Broker.Client.PublishAsync(SampleReading.Topic("same"), SampleReading.Payload());
        await stack.Broker.Client.PublishAsync(SampleReading.Topic("changed"), SampleReading.Payload());
        await listener.EventAsync("same", SampleReading.Ts);
        await listener.EventAsync("changed", SampleReading.Ts);

        await stack.Broker.StopAsync();
        var health = await stack.Api.HealthAsync(health => health.Body.Contains("broker"), "degraded without broker");
        Assert.Equal((200, """{"status":"degraded","failed":["broker"]}"""), (health.Status, health.Body));
        var silent = listener.Comments;
        await Eventually.TrueAsync(() => listener.Comments > silent + 1, "heartbeats go on");
        await stack.Http.PostAsync("/api/v1/readings", new { device_uid = "changed", ts = SampleReading.Text(SampleReading.Ts + 1), temperature = 5, humidity = 6 });
        await stack.Http.DeleteAsync("/api/v1/devices/same?readings=delete");

        await stack.Broker.StartAsync();
        await listener.EventAsync("changed", SampleReading.Ts + 1);
        Assert.Equal(3, listener.Events.Count);
        await using var later = await stack.Http.ListenAsync();
        Assert.Equal("changed", (string?)Assert.Single(await later.EventsAsync(1)).Json["device_id"]);
    }

    [Fact]
    public async Task What_a_broker_keeps_of_a_deleted_device_is_not_in_the_stream_of_an_API_that_starts()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Usual);
        await stack.Broker.Client.PublishAsync(SampleReading.Topic("deleted"), SampleReading.Payload());
        await stack.Broker.Client.PublishAsync(SampleReading.Topic("there"), SampleReading.Payload());
        await Eventually.TrueAsync(async () => await stack.Broker.Client.RetainedAsync(SampleReading.StateTopic("there")) is not null, "the states are published");
        // Nobody clears its state: ingest does not run, and knows nothing of it later.
        Assert.Equal(0, await stack.Ingest.StopAsync(TimeSpan.FromSeconds(5)));
        await stack.Http.DeleteAsync("/api/v1/devices/deleted?readings=delete");
        Assert.NotNull(await stack.Broker.Client.RetainedAsync(SampleReading.StateTopic("deleted")));

        await using var other = await HostProcess.StartHealthyAsync("TechTemp.Api", stack.Settings);
        await using var listener = await other.Http.ListenAsync();
        await listener.EventAsync("there", SampleReading.Ts);
        // After whatever else the broker keeps.
        await stack.StartIngestAsync();
        await stack.Broker.Client.PublishAsync(SampleReading.Topic("there"), SampleReading.Payload(SampleReading.Ts + 1));
        await listener.EventAsync("there", SampleReading.Ts + 1);
        Assert.DoesNotContain(listener.Events, e => (string?)e.Json["device_id"] == "deleted");
    }

    [Fact]
    public async Task Another_replica_answers_an_id_of_the_first_with_the_newest_readings()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);
        string id;
        await using (var listener = await stack.Http.ListenAsync())
        {
            await stack.Broker.Client.PublishAsync(SampleReading.Topic("a"), SampleReading.Payload());
            await stack.Broker.Client.PublishAsync(SampleReading.Topic("b"), SampleReading.Payload());
            id = (await listener.EventsAsync(2))[1].Id;
        }

        await using var other = await HostProcess.StartHealthyAsync("TechTemp.Api", stack.Settings);
        await using var back = await other.Http.ListenAsync("", id);

        Assert.Equal(["a", "b"], (await back.EventsAsync(2)).Select(e => (string?)e.Json["device_id"]).Order());
    }

    [Fact]
    public async Task Standalone_streams_what_its_own_broker_was_given()
    {
        await using var run = await StandaloneRun.StartAsync();
        await using var listener = await run.Http.ListenAsync();
        await run.Client.PublishAsync(SampleReading.Topic("s1"), SampleReading.Payload());
        await listener.EventAsync("s1", SampleReading.Ts);
        await run.Http.PostAsync("/api/v1/devices", new { device_uid = "s1", room_name = "Salon", room_uid = "salon" });
        var moved = (await listener.EventsAsync(2))[1];
        Assert.Equal("salon", (string?)moved.Json["room_id"]);

        Assert.Equal(0, await run.Host.StopAsync(TimeSpan.FromSeconds(5)));
        Assert.True(await listener.Ended);
        await run.StartAgainAsync();

        await using var back = await run.Http.ListenAsync("?roomId=salon", moved.Id);
        Assert.Equal(moved.Data, Assert.Single(await back.EventsAsync(1)).Data);
    }
}
