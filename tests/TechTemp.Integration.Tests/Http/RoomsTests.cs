namespace TechTemp.Integration.Tests.Http;

/// <summary>The routes of /api/v1/rooms.</summary>
public sealed class RoomsTests(SharedStacks stacks) : ApiTest(stacks)
{
    [Fact]
    public async Task A_room_is_created_read_changed_and_deleted()
    {
        var created = await Http.PostAsync("/api/v1/rooms", new { name = $"Küche {Device}", floor = "0", side = "south" });
        var uid = $"kuche-{Device}";
        Assert.Equal(201, created.Status);
        Assert.Equal($"/api/v1/rooms/{uid}", created.Header("Location"));
        Assert.Equal(["comfort", "floor", "name", "side", "uid"], created.Data.AsObject().Select(p => p.Key).Order());
        Assert.Equal(uid, (string?)created.Data["uid"]);
        Assert.Equal($"Küche {Device}", (string?)created.Data["name"]);
        Assert.Equal(created.Data.ToJsonString(), (await Http.DataAsync($"/api/v1/rooms/{uid}")).ToJsonString());

        var changed = await Http.PutAsync($"/api/v1/rooms/{uid}", """{"floor":null,"name":"Kitchen"}""");
        Assert.Equal(200, changed.Status);
        Assert.Equal($$"""{"uid":"{{uid}}","name":"Kitchen","floor":null,"side":"south","comfort":null}""", changed.Data.ToJsonString());

        Assert.Equal(200, (await Http.DeleteAsync($"/api/v1/rooms/{uid}")).Status);
        AssertProblem(await Http.GetAsync($"/api/v1/rooms/{uid}"), 404);
    }

    [Fact]
    public async Task Rooms_come_ordered_by_name()
    {
        foreach (var name in new[] { "c", "a", "b" })
        {
            await Http.PostAsync("/api/v1/rooms", new { name = $"{Device} {name}" });
        }

        var names = (await Http.DataAsync("/api/v1/rooms")).AsArray().Select(r => (string)r!["name"]!).ToList();
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Equal(3, names.Count(name => name.StartsWith($"{Device} ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("{}", "name")]
    [InlineData("""{"name":"  "}""", "name")]
    [InlineData("""{"name":"tab\there"}""", "name")]
    [InlineData("""{"name":"ok","uid":"not ok","floor":"","side":""}""", "uid", "floor", "side")]
    public async Task What_is_wrong_with_a_room_is_told_by_field(string body, params string[] fields) =>
        AssertProblem(await Http.PostAsync("/api/v1/rooms", body), 400, fields);

    [Fact]
    public async Task Limits_of_comfort_are_set_together_stay_when_absent_and_are_cleared_by_null()
    {
        var created = await Http.PostAsync("/api/v1/rooms", new { name = Device, comfort = new { temperature_min = 8, humidity_max = 80.5 } });
        const string Set = """{"temperature_min":8,"temperature_max":null,"humidity_min":null,"humidity_max":80.5}""";
        Assert.Equal((201, Set), (created.Status, created.Data["comfort"]!.ToJsonString()));

        Assert.Equal(Set, (await Http.PutAsync($"/api/v1/rooms/{Device}", new { floor = "-1" })).Data["comfort"]!.ToJsonString());
        Assert.Equal(Set, (await Http.DataAsync("/api/v1/rooms")).AsArray().Single(r => (string?)r!["uid"] == Device)!["comfort"]!.ToJsonString());
        var other = await Http.PutAsync($"/api/v1/rooms/{Device}", new { comfort = new { temperature_max = 16 } });
        Assert.Equal("""{"temperature_min":null,"temperature_max":16,"humidity_min":null,"humidity_max":null}""", other.Data["comfort"]!.ToJsonString());
        Assert.Null((await Http.PutAsync($"/api/v1/rooms/{Device}", """{"comfort":null}""")).Data["comfort"]);
        Assert.Null((await Http.PutAsync($"/api/v1/rooms/{Device}", """{"comfort":{}}""")).Data["comfort"]);
    }

    [Theory]
    [InlineData("""{"temperature_min":-41}""", "comfort.temperature_min")]
    [InlineData("""{"temperature_max":86,"humidity_min":-1,"humidity_max":101}""", "comfort.temperature_max", "comfort.humidity_min", "comfort.humidity_max")]
    [InlineData("""{"temperature_min":20,"temperature_max":20}""", "comfort.temperature_max")]
    public async Task Limits_that_nothing_can_meet_are_refused_by_field(string comfort, params string[] fields)
    {
        AssertProblem(await Http.PostAsync("/api/v1/rooms", $$"""{"name":"{{Device}}","comfort":{{comfort}}}"""), 400, fields);
        AssertProblem(await Http.PutAsync("/api/v1/rooms/nowhere", $$"""{"comfort":{{comfort}}}"""), 400, fields);
    }

    [Fact]
    public async Task A_name_may_have_100_characters()
    {
        Assert.Equal(201, (await Http.PostAsync("/api/v1/rooms", new { name = new string('n', 100), uid = Device })).Status);
        AssertProblem(await Http.PostAsync("/api/v1/rooms", new { name = new string('n', 101) }), 400, "name");
    }

    [Fact]
    public async Task A_uid_is_given_once()
    {
        Assert.Equal(201, (await Http.PostAsync("/api/v1/rooms", new { name = "First", uid = Device })).Status);
        AssertProblem(await Http.PostAsync("/api/v1/rooms", new { name = "Second", uid = Device }), 409);
    }

    [Fact]
    public async Task A_room_that_a_device_stands_in_stays()
    {
        await ProvisionAsync("Hall", Device);

        AssertProblem(await Http.DeleteAsync($"/api/v1/rooms/{Device}"), 409);
        Assert.Equal(200, (await Http.GetAsync($"/api/v1/rooms/{Device}")).Status);
    }

    [Fact]
    public async Task An_unknown_room_is_404()
    {
        AssertProblem(await Http.GetAsync("/api/v1/rooms/nowhere"), 404);
        AssertProblem(await Http.PutAsync("/api/v1/rooms/nowhere", new { name = "Hall" }), 404);
        AssertProblem(await Http.DeleteAsync("/api/v1/rooms/nowhere"), 404);
    }

    [Fact]
    public async Task A_name_of_null_is_refused()
    {
        await Http.PostAsync("/api/v1/rooms", new { name = "Hall", uid = Device });

        AssertProblem(await Http.PutAsync($"/api/v1/rooms/{Device}", """{"name":null}"""), 400, "name");
    }

    [Fact]
    public async Task A_room_becomes_part_of_another_with_its_past_and_stays_in_a_row_are_one()
    {
        var (gone, stays) = ($"gone-{Device}", $"stays-{Device}");
        await StoreAsync("2025-09-10T20:00:00Z");
        await ProvisionAsync($"Gone {Device}", gone);
        await StoreAsync("2025-09-11T20:00:00Z", temperature: 22);
        Assert.Equal(201, (await Http.PostAsync("/api/v1/rooms", new { name = $"Stays {Device}", uid = stays })).Status);
        Assert.Equal(200, (await Http.PutAsync(DevicePath, new { room_uid = stays, moved_at = "2025-09-11T00:00:00Z" })).Status);

        var answer = await Http.PostAsync($"/api/v1/rooms/{gone}/merge", new { into = stays });

        Assert.Equal((200, stays), (answer.Status, (string?)answer.Data["uid"]));
        AssertProblem(await Http.GetAsync($"/api/v1/rooms/{gone}"), 404);
        Assert.Equal(["2025-09-11T20:00:00.000Z", "2025-09-10T20:00:00.000Z"], Times(await Http.DataAsync($"/api/v1/rooms/{stays}/readings")));
        var placement = Assert.Single((await Http.DataAsync($"{DevicePath}/placements")).AsArray())!;
        Assert.Equal((stays, null), ((string?)placement["room"]!["uid"], (string?)placement["to"]));
    }

    [Fact]
    public async Task What_is_wrong_with_a_merge_is_told()
    {
        var room = $"room-{Device}";
        await ProvisionAsync($"Room {Device}", room);

        AssertProblem(await Http.PostAsync($"/api/v1/rooms/{room}/merge", new { into = room }), 400, "into");
        AssertProblem(await Http.PostAsync($"/api/v1/rooms/{room}/merge", new { into = "no-such-room" }), 400, "into");
        AssertProblem(await Http.PostAsync($"/api/v1/rooms/{room}/merge", "{}"), 400, "into");
        AssertProblem(await Http.PostAsync($"/api/v1/rooms/no-such-{Device}/merge", new { into = room }), 404);
    }
}
