using TechTemp.Integration.Tests.Delivery;

namespace TechTemp.Integration.Tests.Live;

/// <summary>GET /api/v1/readings/stream: what comes to a listener.</summary>
public sealed class LiveStreamTests(SharedStacks stacks) : StackTest(stacks)
{
    private string OfDevice => $"?deviceId={Device}";

    [Fact]
    public async Task A_published_reading_comes_as_an_event_in_the_form_of_latest()
    {
        await using var listener = await Http.ListenAsync(OfDevice);

        await PublishAsync(SampleReading.Payload());

        var came = Assert.Single(await listener.EventsAsync(1));
        Assert.Equal("reading", came.Type);
        Assert.Equal($$"""{"device_id":"{{Device}}","room_id":null,"ts":"{{SampleReading.TsText}}","temperature":21.02,"humidity":63.33}""", came.Data);
        Assert.Equal($$"""{"data":[{{came.Data}}]}""", (await Http.GetAsync($"/api/v1/readings/latest{OfDevice}")).Body);
    }

    [Fact]
    public async Task The_answer_begins_at_once_and_nobody_may_hold_it_back()
    {
        await using var listener = await Http.ListenAsync(OfDevice);

        Assert.Equal(200, listener.Status);
        Assert.Equal("text/event-stream", listener.Header("Content-Type"));
        Assert.Equal(["no-cache", "no-transform", "private"], listener.Header("Cache-Control").Split(", ").Order());
        Assert.Equal("no", listener.Header("X-Accel-Buffering"));
        Assert.Equal("", listener.Header("ETag"));
        await Eventually.TrueAsync(() => listener.Retry == 3_000, "the client is told when to come back");
    }

    [Fact]
    public async Task Who_listens_to_a_device_or_a_room_gets_nothing_else()
    {
        var (other, room) = (Unique.Uid(), Unique.Uid("room"));
        await Http.PostAsync("/api/v1/devices", new { device_uid = Device, room_name = "Salon", room_uid = room });
        await using var ofDevice = await Http.ListenAsync(OfDevice);
        await using var ofRoom = await Http.ListenAsync($"?roomId={room}");
        await using var ofBoth = await Http.ListenAsync($"?roomId={room}&deviceId={other}");
        await using var ofOther = await Http.ListenAsync($"?deviceId={other}");

        await Mqtt.PublishAsync(SampleReading.Topic(other), SampleReading.Payload());
        await ofOther.EventAsync(other, SampleReading.Ts);
        await PublishAsync(SampleReading.Payload(SampleReading.Ts + 1));
        await ofDevice.EventAsync(Device, SampleReading.Ts + 1);
        var inRoom = await ofRoom.EventAsync(Device, SampleReading.Ts + 1);

        Assert.Equal(room, (string?)inRoom.Json["room_id"]);
        Assert.Equal([1, 1, 0, 1], new[] { ofDevice, ofRoom, ofBoth, ofOther }.Select(listener => listener.Events.Count));
    }

    [Fact]
    public async Task Who_comes_later_gets_the_newest_reading_of_each_device_first()
    {
        var (other, room) = (Unique.Uid(), Unique.Uid("room"));
        await using (var listener = await Http.ListenAsync())
        {
            foreach (var device in new[] { Device, other })
            {
                await Http.PostAsync("/api/v1/devices", new { device_uid = device, room_name = "Salon", room_uid = room });
                await Mqtt.PublishAsync(SampleReading.Topic(device), SampleReading.Payload(SampleReading.Ts));
                await listener.EventAsync(device, SampleReading.Ts);
                await Mqtt.PublishAsync(SampleReading.Topic(device), SampleReading.Payload(SampleReading.Ts + 1));
                await listener.EventAsync(device, SampleReading.Ts + 1);
            }
        }

        await using var later = await Http.ListenAsync($"?roomId={room}");
        await later.EventAsync(other, SampleReading.Ts + 1);
        Assert.Equal([Device, other], later.Events.Select(e => (string?)e.Json["device_id"]));
        Assert.All(later.Events, e => Assert.Equal(SampleReading.Text(SampleReading.Ts + 1), (string?)e.Json["ts"]));
    }

    [Fact]
    public async Task Who_comes_back_gets_what_followed_its_last_event_and_no_more()
    {
        await using var witness = await Http.ListenAsync(OfDevice);
        for (var i = 0; i < 5; i++)
        {
            await PublishAsync(SampleReading.Payload(SampleReading.Ts + i));
            await witness.EventsAsync(i + 1);
        }

        var all = await witness.EventsAsync(5);
        await using var back = await Http.ListenAsync(OfDevice, all[1].Id);
        await PublishAsync(SampleReading.Payload(SampleReading.Ts + 5));

        await back.EventsAsync(4);
        Assert.Equal((await witness.EventsAsync(6)).Skip(2), back.Events);
    }

    [Theory]
    [InlineData("0123456789abcdef-1")]
    [InlineData("41")]
    [InlineData("anything else")]
    public async Task Who_comes_with_an_id_of_another_server_gets_the_newest_readings(string id)
    {
        await using var witness = await Http.ListenAsync(OfDevice);
        for (var i = 0; i < 3; i++)
        {
            await PublishAsync(SampleReading.Payload(SampleReading.Ts + i));
            await witness.EventAsync(Device, SampleReading.Ts + i);
        }

        await using var back = await Http.ListenAsync(OfDevice, id);
        await back.EventAsync(Device, SampleReading.Ts + 2);
        Assert.Equal(witness.Events.Last(), Assert.Single(back.Events));
    }

    [Fact]
    public async Task A_reading_that_comes_late_or_twice_is_no_event()
    {
        await using var listener = await Http.ListenAsync(OfDevice);
        await PublishAsync(SampleReading.Payload(SampleReading.Ts));
        await listener.EventAsync(Device, SampleReading.Ts);

        await PublishAsync(SampleReading.Payload(SampleReading.Ts));
        await PublishAsync(SampleReading.Payload(SampleReading.Ts - 60_000));
        await StoredAsync(2);
        await PublishAsync(SampleReading.Payload(SampleReading.Ts + 60_000));

        await listener.EventAsync(Device, SampleReading.Ts + 60_000);
        Assert.Equal(2, listener.Events.Count);
    }

    [Fact]
    public async Task A_posted_reading_and_a_move_are_events_and_a_deletion_is_none()
    {
        var room = Unique.Uid("room");
        await using var listener = await Http.ListenAsync(OfDevice);
        await PublishAsync(SampleReading.Payload());
        await listener.EventsAsync(1);

        await Http.PostAsync("/api/v1/readings", new { device_uid = Device, ts = SampleReading.Text(SampleReading.Ts + 1), temperature = 5, humidity = 6 });
        await listener.EventAsync(Device, SampleReading.Ts + 1);
        await Http.PostAsync("/api/v1/devices", new { device_uid = Device, room_name = "Salon", room_uid = room });
        Assert.Equal(room, (string?)(await listener.EventsAsync(3))[2].Json["room_id"]);

        var other = Unique.Uid();
        await Mqtt.PublishAsync(SampleReading.Topic(other), SampleReading.Payload());
        await Eventually.TrueAsync(async () => await IsStreamedBeforeAsync(other), "who comes now is told of the device");

        await Http.DeleteAsync($"/api/v1/devices/{Device}?readings=delete");

        await Eventually.TrueAsync(async () => !await IsStreamedBeforeAsync(other), "who comes now is told no more");
        Assert.Equal(3, listener.Events.Count);
    }

    private async Task<bool> IsStreamedBeforeAsync(string other)
    {
        await using var listener = await Http.ListenAsync();
        await listener.EventAsync(other, SampleReading.Ts);
        return listener.Events.Any(e => (string?)e.Json["device_id"] == Device);
    }
}
