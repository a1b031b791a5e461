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
    public async Task It_comes_in_pages_where_that_is_asked_for()
    {
        var home = Unique.Uid("home");
        string[] uids = [.. Enumerable.Range(1, 5).Select(i => $"{Device}-{i}")];
        foreach (var uid in uids)
        {
            Assert.Equal(201, (await Http.PostAsync("/api/v1/devices", new { device_uid = uid, room_name = "Hall", home })).Status);
            await Api.StoreAsync(uid, ("2025-09-10T20:00:00Z", 20, 40));
        }

        var (seen, cursor) = (new List<string?>(), "");
        for (var pages = 0; cursor is not null; pages++)
        {
            var page = await Http.GetAsync($"/api/v1/readings/latest?homeId={home}&limit=2{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}");
            seen.AddRange(page.Data.AsArray().Select(row => (string?)row!["device_id"]));
            Assert.True(page.Json.AsObject().ContainsKey("next_cursor") && pages < 3, page.Body);
            cursor = (string?)page.Json["next_cursor"];
        }

        Assert.Equal(uids, seen);
        Assert.Equal(uids[3..], (await Http.DataAsync($"/api/v1/readings/latest?homeId={home}&cursor={uids[2]}")).AsArray().Select(row => (string?)row!["device_id"]));
        Assert.False((await Http.GetAsync($"/api/v1/readings/latest?homeId={home}")).Json.AsObject().ContainsKey("next_cursor"));
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=10001", "limit")]
    [InlineData("limit=two", "limit")]
    [InlineData("cursor=%20", "cursor")]
    public async Task A_page_that_there_cannot_be_is_refused(string query, string field) => AssertProblem(await Http.GetAsync($"/api/v1/readings/latest?{query}"), 400, field);

    [Fact]
    public async Task Devices_come_ordered_by_uid()
    {
        var home = Unique.Uid("home");
        foreach (var uid in new[] { $"{Device}-b", $"{Device}-C", $"{Device}-a" })
        {
            Assert.Equal(201, (await Http.PostAsync("/api/v1/devices", new { device_uid = uid, room_name = "Hall", home })).Status);
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
