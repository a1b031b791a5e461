namespace TechTemp.Integration.Tests.Http;

/// <summary>GET /api/v1/readings/latest.</summary>
public sealed class LatestTests(SharedStacks stacks) : ApiTest(stacks)
{
    [Fact]
    public async Task The_newest_reading_by_event_time_is_answered_in_its_exact_shape()
    {
        await ProvisionAsync("Salon", Device);
        await StoreAllAsync("2025-09-10T20:00:00Z", "2025-09-10T22:00:00Z", "2025-09-10T21:00:00Z");

        var answer = await Http.GetAsync($"/api/v1/readings/latest?deviceId={Device}");
        Assert.Equal(200, answer.Status);
        Assert.Equal("application/json; charset=utf-8", answer.Header("Content-Type"));
        Assert.Equal($$"""{"data":[{"device_id":"{{Device}}","room_id":"{{Device}}","ts":"2025-09-10T22:00:00.000Z","temperature":21,"humidity":50}]}""", answer.Body);
    }

    [Fact]
    public async Task A_device_without_room_has_a_room_of_null()
    {
        await StoreAsync("2025-09-10T20:00:00Z");

        var row = Assert.Single((await Http.DataAsync($"/api/v1/readings/latest?deviceId={Device}")).AsArray())!.AsObject();
        Assert.True(row.ContainsKey("room_id"));
        Assert.Null(row["room_id"]);
    }

    [Fact]
    public async Task It_can_be_asked_by_room_and_by_home()
    {
        var (room, home) = (Unique.Uid("room"), Unique.Uid("home"));
        await ProvisionAsync("Bureau", room, home);
        await StoreAsync("2025-09-10T20:00:00Z");

        Assert.Equal(Device, (string?)Assert.Single((await Http.DataAsync($"/api/v1/readings/latest?roomId={room}")).AsArray())!["device_id"]);
        Assert.Equal(Device, (string?)Assert.Single((await Http.DataAsync($"/api/v1/readings/latest?homeId={home}")).AsArray())!["device_id"]);
        Assert.Single((await Http.DataAsync($"/api/v1/readings/latest?homeId={home}&roomId={room}&deviceId={Device}")).AsArray());
        Assert.Empty((await Http.DataAsync($"/api/v1/readings/latest?homeId=other&roomId={room}")).AsArray());
    }

    [Theory]
    [InlineData("deviceId=nobody")]
    [InlineData("roomId=nowhere")]
    [InlineData("homeId=none")]
    [InlineData("deviceId=%27%20OR%201=1%20--")]
    public async Task An_unknown_id_gives_an_empty_list(string query)
    {
        var answer = await Http.GetAsync($"/api/v1/readings/latest?{query}");
        Assert.Equal((200, """{"data":[]}"""), (answer.Status, answer.Body));
    }

    [Fact]
    public async Task Devices_come_ordered_by_uid()
    {
        var home = Unique.Uid("home");
        foreach (var uid in new[] { $"{Device}-b", $"{Device}-C", $"{Device}-a" })
        {
            await Http.PostAsync("/api/v1/devices", new { device_uid = uid, room_name = "Hall", home });
            await Api.StoreAsync(uid, ("2025-09-10T20:00:00Z", 20, 40));
        }

        var devices = (await Http.DataAsync($"/api/v1/readings/latest?homeId={home}")).AsArray().Select(r => (string?)r!["device_id"]);
        Assert.Equal([$"{Device}-C", $"{Device}-a", $"{Device}-b"], devices);
    }

    [Fact]
    public async Task A_device_without_readings_is_not_in_it()
    {
        await ProvisionAsync("Hall");

        Assert.Empty((await Http.DataAsync($"/api/v1/readings/latest?deviceId={Device}")).AsArray());
    }
}
