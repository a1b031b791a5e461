using System.Text.Json.Nodes;

namespace TechTemp.Integration.Tests.Delivery;

/// <summary>The retained state that ingest publishes after the commit.</summary>
public sealed class StateTests(SharedStacks stacks) : StackTest(stacks)
{
    [Fact]
    public async Task The_state_is_the_committed_reading_and_retained()
    {
        await PublishAsync(SampleReading.Payload());
        await StoredAsync(1);

        var state = await RetainedAsync(_ => true);
        Assert.Equal(["humidity_pct", "room", "temperature_c", "ts"], state.AsObject().Select(p => p.Key).Order());
        Assert.Equal(SampleReading.Ts, (long)state["ts"]!);
        Assert.Equal(21.02, (double)state["temperature_c"]!);
        Assert.Equal(63.33, (double)state["humidity_pct"]!);
        Assert.Null(state["room"]);
    }

    [Fact]
    public async Task Whoever_sees_a_state_finds_its_reading_in_the_API()
    {
        await using var subscriber = Mqtt.Subscribe(SampleReading.StateTopic(Device));
        for (var i = 0; i < 20; i++)
        {
            await PublishAsync(SampleReading.Payload(SampleReading.Ts + i));
            await Eventually.TrueAsync(() => subscriber.Output.Contains($"\"ts\":{SampleReading.Ts + i},"), "the state is published");
            Assert.Equal(i + 1, await Stack.CountAsync(Device));
        }
    }

    [Fact]
    public async Task The_state_names_the_room_by_its_uid()
    {
        var room = Unique.Uid("room");
        var answer = await Http.PostAsync("/api/v1/devices", new { device_uid = Device, room_name = "Wohnzimmer", room_uid = room });
        Assert.Equal(201, answer.Status);

        await PublishAsync(SampleReading.Payload());

        var state = await RetainedAsync(_ => true);
        Assert.Equal(room, (string?)state["room"]);
    }

    [Fact]
    public async Task A_late_reading_never_moves_the_state_back()
    {
        await using var subscriber = Mqtt.Subscribe(SampleReading.StateTopic(Device));
        await PublishAsync(SampleReading.Payload(SampleReading.Ts, temperature: 20));
        await PublishAsync(SampleReading.Payload(SampleReading.Ts - 60_000, temperature: 10));
        await StoredAsync(2);
        await PublishAsync(SampleReading.Payload(SampleReading.Ts + 60_000, temperature: 30));
        await Eventually.TrueAsync(() => subscriber.Output.Contains($"\"ts\":{SampleReading.Ts + 60_000},"), "the last state is published");

        var times = subscriber.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => (long)JsonNode.Parse(line.Split(' ', 4)[3])!["ts"]!)
            .ToList();
        Assert.Equal(times.Order(), times);
        Assert.DoesNotContain(SampleReading.Ts - 60_000, times);
    }

    [Fact]
    public async Task A_device_that_counts_is_told_up_to_where_it_may_forget()
    {
        string Numbered(int seq) => SampleReading.Payload(SampleReading.Ts + seq)[..^1] + $", \"seq\": {seq}}}";
        await PublishAsync(Numbered(1));
        await PublishAsync(Numbered(3));
        await RetainedAsync(state => (long)state["acked_seq"]! == 1);

        await PublishAsync(Numbered(2));
        await RetainedAsync(state => (long)state["acked_seq"]! == 3);
    }

    [Fact]
    public async Task A_reading_posted_over_HTTP_has_its_state_published()
    {
        await PublishAsync(SampleReading.Payload());
        await RetainedAsync(_ => true);

        await Http.PostAsync("/api/v1/readings", new { device_uid = Device, ts = SampleReading.Text(SampleReading.Ts + 1), temperature = 5, humidity = 6 });

        await RetainedAsync(state => (long)state["ts"]! == SampleReading.Ts + 1);
    }

    [Fact]
    public async Task A_device_that_is_moved_has_its_state_published_and_one_that_is_deleted_has_none()
    {
        await PublishAsync(SampleReading.Payload());
        await StoredAsync(1);
        var room = Unique.Uid("room");
        await Http.PostAsync("/api/v1/devices", new { device_uid = Device, room_name = "Wohnzimmer", room_uid = room });
        await RetainedAsync(state => (string?)state["room"] == room);

        await Http.DeleteAsync($"/api/v1/devices/{Device}?readings=delete");
        await Eventually.TrueAsync(async () => await Mqtt.RetainedAsync(SampleReading.StateTopic(Device)) is null, "the state is cleared");
    }

    [Fact]
    public async Task A_device_that_is_calibrated_has_its_state_published_calibrated()
    {
        await PublishAsync(SampleReading.Payload(SampleReading.Ts, temperature: 20, humidity: 50));
        await RetainedAsync(state => (double)state["temperature_c"]! == 20);

        var calibrations = new[] { new { from = SampleReading.Text(SampleReading.Ts), temperature_offset = -0.5, humidity_offset = 2 } };
        Assert.Equal(200, (await Http.PutAsync($"/api/v1/devices/{Device}/calibrations", new { calibrations })).Status);
        await RetainedAsync(state => ((double)state["temperature_c"]!, (double)state["humidity_pct"]!) == (19.5, 52));

        await PublishAsync(SampleReading.Payload(SampleReading.Ts + 1, temperature: 30, humidity: 99));
        await RetainedAsync(state => ((double)state["temperature_c"]!, (double)state["humidity_pct"]!) == (29.5, 100));
    }

    [Fact]
    public async Task The_states_have_QoS_1()
    {
        await using var subscriber = Mqtt.Subscribe(SampleReading.StateTopic(Device));
        await PublishAsync(SampleReading.Payload());

        var topic = SampleReading.StateTopic(Device);
        await Eventually.TrueAsync(() => subscriber.Output.Contains($" 1 {topic} ") && !subscriber.Output.Contains($" 0 {topic} "), "the state comes with QoS 1");
    }

    private async Task<JsonNode> RetainedAsync(Func<JsonNode, bool> condition)
    {
        var text = await Eventually.ResultAsync(
            () => Mqtt.RetainedAsync(SampleReading.StateTopic(Device)), text => text is not null && condition(JsonNode.Parse(text)!), "the state is retained");
        return JsonNode.Parse(text!)!;
    }
}
