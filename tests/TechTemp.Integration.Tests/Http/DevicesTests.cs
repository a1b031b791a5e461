using System.Text.Json.Nodes;

namespace TechTemp.Integration.Tests.Http;

/// <summary>The routes of /api/v1/devices.</summary>
public sealed class DevicesTests(SharedStacks stacks) : ApiTest(stacks)
{
    [Fact]
    public async Task A_device_is_created_with_a_room_by_its_slug()
    {
        var name = $"Salle à manger {Device}";
        var answer = await Http.PostAsync("/api/v1/devices", new { device_uid = Device, room_name = name, label = "Window", model = "AHT20", home = "home1" });

        Assert.Equal(201, answer.Status);
        Assert.Equal(DevicePath, answer.Header("Location"));
        var room = new JsonObject { ["uid"] = $"salle-a-manger-{Device}", ["name"] = name };
        Assert.Equal(room.ToJsonString(), answer.Data["room"]!.ToJsonString());
        Assert.NotEmpty((string)answer.Json["message"]!);
        var device = answer.Data["device"]!;
        Assert.Equal(
            ["created_at", "home", "label", "last_seen_at", "model", "provisioned", "room", "status", "uid"],
            device.AsObject().Select(p => p.Key).Order());
        Assert.Equal(Device, (string?)device["uid"]);
        Assert.Equal(room.ToJsonString(), device["room"]!.ToJsonString());
        Assert.Equal(("Window", "AHT20", "home1"), ((string?)device["label"], (string?)device["model"], (string?)device["home"]));
        Assert.True((bool)device["provisioned"]!);
        Assert.Equal("never", (string?)device["status"]);
        Assert.Null(device["last_seen_at"]);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", (string?)device["created_at"]);

        var one = await Http.DataAsync(DevicePath);
        Assert.Equal(device.ToJsonString(), one.ToJsonString());
        var listed = (await Http.DataAsync("/api/v1/devices")).AsArray();
        Assert.Equal(one.ToJsonString(), listed.Single(d => (string?)d!["uid"] == Device)!.ToJsonString());
        Assert.Equal(listed.Select(d => (string)d!["uid"]!).Order(StringComparer.Ordinal), listed.Select(d => (string)d!["uid"]!));
    }

    [Theory]
    [InlineData("{}", "device_uid", "room_name")]
    [InlineData("""{"device_uid":"no spaces","room_name":"Hall"}""", "device_uid")]
    [InlineData("""{"device_uid":"","room_name":""}""", "device_uid", "room_name")]
    [InlineData("""{"device_uid":"a234567890123456789012345678901234567890123456789-1","room_name":"Hall"}""", "device_uid")]
    [InlineData("""{"device_uid":"ok","room_name":"Hall","room_uid":"a/b","home":"a b"}""", "home", "room_uid")]
    [InlineData("""{"device_uid":"ok","room_uid":"no-such-room"}""", "room_uid")]
    public async Task What_is_wrong_with_a_new_device_is_told_by_field(string body, params string[] fields) =>
        AssertProblem(await Http.PostAsync("/api/v1/devices", body), 400, fields);

    [Fact]
    public async Task The_list_comes_in_pages_that_lead_to_all_of_it()
    {
        var home = Unique.Uid();
        var uids = Enumerable.Range(1, 7).Select(n => $"{Device}-{n}").ToList();
        foreach (var uid in uids)
        {
            Assert.Equal(201, (await Http.PostAsync("/api/v1/devices", new { device_uid = uid, room_name = $"Hall {Device}", home })).Status);
        }

        var listed = new List<string>();
        var pages = 0;
        for (string? cursor = ""; cursor is not null; pages++)
        {
            var page = await Http.GetAsync($"/api/v1/devices?home={home}&limit=3{(cursor.Length == 0 ? "" : $"&cursor={cursor}")}");
            listed.AddRange(page.Data.AsArray().Select(d => (string)d!["uid"]!));
            cursor = (string?)page.Json["next_cursor"];
        }

        Assert.Equal(3, pages);
        Assert.Equal(uids, listed);
        var whole = await Http.GetAsync($"/api/v1/devices?home={home}");
        Assert.Equal(7, whole.Data.AsArray().Count);
        Assert.Null(whole.Json["next_cursor"]);
    }

    [Fact]
    public async Task The_list_is_filtered_by_text_room_status_and_place()
    {
        var now = TimeProvider.System.GetUtcNow();
        // No other device of the shared store has this in its uid.
        var own = $"{Device}-x";
        Assert.Equal(201, (await Http.PostAsync("/api/v1/devices", new { device_uid = own, room_name = $"Über {own}", room_uid = $"room-{own}" })).Status);
        await Api.StoreAsync(own, ($"{now.AddMinutes(-1):O}", 21, 50));
        await Api.StoreAsync($"{own}-late", ($"{now.AddMinutes(-20):O}", 21, 50));
        await Api.StoreAsync($"{own}-off", ($"{now.AddHours(-2):O}", 21, 50));
        Assert.Equal(201, (await Http.PostAsync("/api/v1/devices", new { device_uid = $"{own}-never", room_name = $"Other {own}", label = "100%_sure" })).Status);

        Assert.Equal([own, $"{own}-late", $"{own}-never", $"{own}-off"], await UidsAsync($"search={own}"));
        Assert.Equal([own], await UidsAsync($"search={Uri.EscapeDataString($"ber {own}")}"));
        Assert.Equal([own], await UidsAsync($"room=room-{own}"));
        Assert.Equal([$"{own}-never"], await UidsAsync($"search={Uri.EscapeDataString("0%_s")}&status=never"));
        Assert.Empty(await UidsAsync($"search={Uri.EscapeDataString("0_%s")}"));
        Assert.Equal([$"{own}-late", $"{own}-off"], await UidsAsync($"search={own}&provisioned=false"));
        foreach (var (status, uid) in new[] { ("online", own), ("late", $"{own}-late"), ("offline", $"{own}-off"), ("never", $"{own}-never") })
        {
            Assert.Equal([uid], await UidsAsync($"search={own}&status={status}"));
        }

        async Task<IEnumerable<string?>> UidsAsync(string query) => (await Http.DataAsync($"/api/v1/devices?{query}")).AsArray().Select(d => (string?)d!["uid"]);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=1001", "limit")]
    [InlineData("cursor=no%20uid", "cursor")]
    [InlineData("status=asleep", "status")]
    [InlineData("provisioned=maybe", "provisioned")]
    [InlineData("home=a%20b&room=a%2Fb", "home", "room")]
    [InlineData("search=", "search")]
    public async Task What_is_wrong_with_the_query_of_the_list_is_told_by_field(string query, params string[] fields) =>
        AssertProblem(await Http.GetAsync($"/api/v1/devices?{query}"), 400, fields);

    [Fact]
    public async Task A_device_is_provisioned_once()
    {
        await ProvisionAsync("Hall");

        AssertProblem(await Http.PostAsync("/api/v1/devices", new { device_uid = Device, room_name = "Hall" }), 409);
    }

    [Fact]
    public async Task A_device_that_registered_itself_can_be_provisioned_and_counts_from_its_first_reading()
    {
        await StoreAsync("2025-09-10T20:00:00Z");
        Assert.Equal("Auto-discovered sensor", (string?)(await Http.DataAsync(DevicePath))["label"]);

        await ProvisionAsync("Hall", Device);

        var device = await Http.DataAsync(DevicePath);
        Assert.True((bool)device["provisioned"]!);
        Assert.Equal(Device, (string?)device["room"]!["uid"]);
        Assert.Null(device["label"]);
        Assert.Equal([(1_757_534_400_000L, null)], (await PlacementsAsync()).Select(p => (p.From, p.To)));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    [InlineData("PUT")]
    public async Task An_unknown_device_is_404(string method) =>
        AssertProblem(await Http.SendAsync(method, "/api/v1/devices/nobody", method == "PUT" ? "{}" : null, method == "PUT" ? "application/json" : null), 404);

    [Fact]
    public async Task A_label_is_changed_cleared_and_left()
    {
        await ProvisionAsync("Hall");
        await Http.PutAsync(DevicePath, new { label = "Door" });
        Assert.Equal("Door", (string?)(await Http.DataAsync(DevicePath))["label"]);

        var answer = await Http.PutAsync(DevicePath, new { room_name = "Hall" });
        Assert.Equal("Door", (string?)answer.Data["device"]!["label"]);
        Assert.Equal("Hall", (string?)answer.Data["room"]!["name"]);

        await Http.PutAsync(DevicePath, """{"label":null}""");
        Assert.Null((await Http.DataAsync(DevicePath))["label"]);
    }

    [Fact]
    public async Task A_device_moves_to_another_room_since_the_time_that_is_told()
    {
        await StoreAsync("2025-09-10T20:00:00Z");
        await ProvisionAsync("One", $"{Device}-1");

        var answer = await Http.PutAsync(DevicePath, new { room_name = "Two", room_uid = $"{Device}-2", moved_at = "2025-09-11T02:00:00+02:00" });
        Assert.Equal(200, answer.Status);
        Assert.Equal($"{Device}-2", (string?)answer.Data["device"]!["room"]!["uid"]);
        Assert.Equal(
            [($"{Device}-1", 1_757_534_400_000, 1_757_548_800_000), ($"{Device}-2", 1_757_548_800_000, (long?)null)],
            await PlacementsAsync());
    }

    [Theory]
    [InlineData("""{"moved_at":"2025-09-11T00:00:00Z"}""", "moved_at")]
    [InlineData("""{"room_name":"Hall","moved_at":"2999-01-01T00:00:00Z"}""", "moved_at")]
    [InlineData("""{"room_name":"Hall","moved_at":"1999-12-31T23:59:59Z"}""", "moved_at")]
    [InlineData("""{"label":"","room_name":" "}""", "label", "room_name")]
    [InlineData("""{"room_uid":"no-such-room"}""", "room_uid")]
    public async Task What_is_wrong_with_a_change_is_told_by_field(string body, params string[] fields)
    {
        await ProvisionAsync("Hall");

        AssertProblem(await Http.PutAsync(DevicePath, body), 400, fields);
    }

    [Fact]
    public async Task A_time_that_is_none_is_400()
    {
        await ProvisionAsync("Hall");

        var answer = await Http.PutAsync(DevicePath, """{"room_name":"Hall","moved_at":"yesterday"}""");
        AssertProblem(answer, 400, "moved_at");
    }

    [Fact]
    public async Task A_device_with_readings_is_deleted_only_with_them()
    {
        await StoreAsync("2025-09-10T20:00:00Z");
        AssertProblem(await Http.DeleteAsync(DevicePath), 409);
        AssertProblem(await Http.DeleteAsync(DevicePath + "?readings=keep"), 400, "readings");
        Assert.Single((await Http.DataAsync(ReadingsPath)).AsArray());

        Assert.Equal(200, (await Http.DeleteAsync(DevicePath + "?readings=delete")).Status);
        Assert.Equal(404, (await Http.GetAsync(DevicePath)).Status);
        Assert.Empty((await Http.DataAsync($"/api/v1/readings/latest?deviceId={Device}")).AsArray());
        Assert.Equal(404, (await Http.GetAsync(DevicePath + "/placements")).Status);
    }

    [Fact]
    public async Task A_device_without_readings_is_deleted()
    {
        await ProvisionAsync("Hall");

        var answer = await Http.DeleteAsync(DevicePath);
        Assert.Equal(200, answer.Status);
        Assert.Equal(Device, (string?)answer.Data["uid"]);
        AssertProblem(await Http.DeleteAsync(DevicePath), 404);
    }

    [Theory]
    [InlineData(1, "online")]
    [InlineData(30, "late")]
    [InlineData(90, "offline")]
    public async Task The_status_follows_the_age_of_the_newest_reading(int minutes, string status)
    {
        await StoreAsync(SampleReading.Text((TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(minutes)).ToUnixTimeMilliseconds()));

        Assert.Equal(status, (string?)(await Http.DataAsync(DevicePath))["status"]);
    }
}
