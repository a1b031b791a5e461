namespace TechTemp.Integration.Tests.Delivery;

/// <summary>What is refused is listed with its reason; what was stored before is stored once.</summary>
public sealed class RejectedReadingsTests(SharedStacks stacks) : StackTest(stacks)
{
    [Theory]
    [InlineData("invalid-json", "not JSON")]
    [InlineData("invalid-json", "[1757537685793, 21.02, 63.33]")]
    [InlineData("missing-field", """{"ts": 1757537685793, "temperature": 21.02}""")]
    [InlineData("invalid-type", """{"ts": 1757537685793, "temperature_c": "21.02", "humidity_pct": 63.33}""")]
    [InlineData("invalid-type", """{"ts": 1757537685793, "temperature_c": 21.02, "humidity_pct": true}""")]
    [InlineData("out-of-range", """{"ts": 1757537685, "temperature_c": 21.02, "humidity_pct": 63.33}""")]
    [InlineData("out-of-range", """{"ts": 1757537685793, "temperature_c": 85.01}""")]
    [InlineData("out-of-range", """{"ts": 1757537685793, "temperature_c": null, "humidity_pct": -0.01}""")]
    public async Task An_invalid_reading_is_listed_with_its_reason(string reason, string payload)
    {
        await PublishAsync(payload);

        var rejected = (await RejectedAsync(1))[0]!;
        Assert.Equal(reason, (string?)rejected["reason"]);
        Assert.Equal(payload, (string?)rejected["payload"]);
        Assert.Equal(payload.Length, (int)rejected["payload_size"]!);
        Assert.Equal(SampleReading.Topic(Device), (string?)rejected["topic"]);
        Assert.NotEmpty((string)rejected["detail"]!);
        Assert.Empty((await Http.DataAsync($"/api/v1/readings/latest?deviceId={Device}")).AsArray());
    }

    [Fact]
    public async Task A_value_that_is_out_of_its_range_is_listed_and_the_others_are_stored()
    {
        const string Payload = """{"ts": 1757537685793, "temperature_c": 85.01, "humidity_pct": 63.33, "co2_ppm": 812}""";
        await PublishAsync(Payload);

        var rejected = (await RejectedAsync(1))[0]!;
        Assert.Equal(("out-of-range", Payload), ((string?)rejected["reason"], (string?)rejected["payload"]));
        Assert.Equal("temperature_c must be from -40 to 85 °C, was 85.01", (string?)rejected["detail"]);
        var latest = (await Http.DataAsync($"/api/v1/readings/latest?deviceId={Device}"))[0]!;
        Assert.Equal((null, 63.33, 812), ((double?)latest["temperature"], (double?)latest["humidity"], (int?)latest["co2"]));
        // Tried again, it is refused again, and stored once.
        Assert.Equal("duplicate", (string?)(await Http.PostAsync($"/api/v1/rejected/{rejected["id"]}/replay", "")).Data["outcome"]);
        Assert.Single((await RejectedAsync(1)));
    }

    [Fact]
    public async Task A_rejected_message_is_discarded_alone_or_with_all_of_its_reason()
    {
        await PublishAsync("not JSON");
        await PublishAsync("nor this");
        await PublishAsync("{}");
        var rejected = await RejectedAsync(3);
        var first = rejected.Single(r => (string?)r!["payload"] == "not JSON")!["id"];

        Assert.Equal(1, (int)(await Http.DeleteAsync($"/api/v1/rejected/{first}")).Data["discarded"]!);
        Assert.Equal(404, (await Http.DeleteAsync($"/api/v1/rejected/{first}")).Status);
        Assert.Equal(400, (await Http.DeleteAsync($"/api/v1/rejected?deviceId={Device}")).Status);
        Assert.Equal(400, (await Http.DeleteAsync("/api/v1/rejected?reason=any")).Status);
        Assert.Equal(1, (int)(await Http.DeleteAsync($"/api/v1/rejected?reason=invalid-json&deviceId={Device}")).Data["discarded"]!);

        Assert.Equal("{}", (string?)Assert.Single(await RejectedAsync(1))!["payload"]);
    }

    [Fact]
    public async Task A_reading_on_a_topic_with_an_invalid_id_is_listed()
    {
        var topic = SampleReading.Topic(Device + ".1");
        await Mqtt.PublishAsync(topic, SampleReading.Payload());

        await Eventually.TrueAsync(
            async () => (await Http.DataAsync("/api/v1/rejected?reason=invalid-topic&limit=1000")).AsArray().Any(r => (string?)r!["topic"] == topic),
            "the topic is listed");
    }

    [Fact]
    public async Task A_payload_of_8_KiB_is_stored_and_one_byte_more_is_not()
    {
        var longest = SampleReading.Payload().PadRight(8192);
        await PublishAsync(longest);
        await StoredAsync(1);

        await PublishAsync(SampleReading.Payload(SampleReading.Ts + 1).PadRight(8193));
        var rejected = (await RejectedAsync(1))[0]!;
        Assert.Equal("payload-too-large", (string?)rejected["reason"]);
        Assert.Equal(8193, (int)rejected["payload_size"]!);
        Assert.Equal(1, await Stack.CountAsync(Device));
    }

    [Fact]
    public async Task An_empty_retained_message_is_ignored()
    {
        await PublishAsync(SampleReading.Payload(), retain: true);
        await PublishAsync("", retain: true);
        await PublishAsync(SampleReading.Payload(SampleReading.Ts + 1));

        await StoredAsync(2);
        await RejectedAsync(0);
    }

    [Fact]
    public async Task An_empty_message_that_clears_nothing_is_rejected()
    {
        await PublishAsync("");

        Assert.Equal("invalid-json", (string?)(await RejectedAsync(1))[0]!["reason"]);
    }

    [Fact]
    public async Task A_reading_sent_twice_is_stored_once()
    {
        await PublishAsync(SampleReading.Payload());
        await PublishAsync(SampleReading.Payload());
        await PublishAsync(SampleReading.Payload(SampleReading.Ts + 1));

        await StoredAsync(2);
        await RejectedAsync(0);
    }

    [Fact]
    public async Task Of_two_readings_with_one_time_the_first_stays_and_the_other_is_listed()
    {
        await PublishAsync(SampleReading.Payload(temperature: 20));
        await PublishAsync(SampleReading.Payload(temperature: 21));

        Assert.Equal("conflict", (string?)(await RejectedAsync(1))[0]!["reason"]);
        var stored = await Http.DataAsync($"/api/v1/devices/{Device}/readings");
        Assert.Equal(20, (double)Assert.Single(stored.AsArray())!["temperature"]!);
    }

    [Fact]
    public async Task A_device_is_refused_in_another_home()
    {
        await PublishAsync(SampleReading.Payload());
        await Mqtt.PublishAsync(SampleReading.Topic(Device, "elsewhere"), SampleReading.Payload(SampleReading.Ts + 1));

        Assert.Equal("home-mismatch", (string?)(await RejectedAsync(1))[0]!["reason"]);
        Assert.Equal(1, await Stack.CountAsync(Device));
    }

    [Fact]
    public async Task The_home_that_a_device_was_provisioned_with_counts()
    {
        await Http.PostAsync("/api/v1/devices", new { device_uid = Device, room_name = "Cellar", home = "farm" });
        await PublishAsync(SampleReading.Payload());
        await Mqtt.PublishAsync(SampleReading.Topic(Device, "farm"), SampleReading.Payload(SampleReading.Ts + 1));

        await StoredAsync(1);
        Assert.Equal("home-mismatch", (string?)(await RejectedAsync(1))[0]!["reason"]);
    }

    [Fact]
    public async Task Rejected_messages_come_in_pages_newest_first()
    {
        for (var i = 0; i < 3; i++)
        {
            await PublishAsync($"broken {i}");
        }

        await RejectedAsync(3);
        var first = await Http.GetAsync($"/api/v1/rejected?deviceId={Device}&limit=2");
        Assert.Equal(["broken 2", "broken 1"], first.Data.AsArray().Select(r => (string?)r!["payload"]));
        var second = await Http.GetAsync($"/api/v1/rejected?deviceId={Device}&limit=2&cursor={first.Json["next_cursor"]}");
        Assert.Equal(["broken 0"], second.Data.AsArray().Select(r => (string?)r!["payload"]));
        Assert.Null(second.Json["next_cursor"]);
    }

    [Fact]
    public async Task A_rejected_message_can_be_tried_again()
    {
        await PublishAsync(SampleReading.Payload(temperature: 20));
        await PublishAsync(SampleReading.Payload(temperature: 21));
        var id = (long)(await RejectedAsync(1))[0]!["id"]!;

        var again = await Http.SendAsync("POST", $"/api/v1/rejected/{id}/replay");
        Assert.Equal("rejected", (string?)again.Data["outcome"]);
        Assert.Equal("conflict", (string?)again.Data["reason"]);

        await Http.DeleteAsync($"/api/v1/devices/{Device}?readings=delete");
        var stored = await Http.SendAsync("POST", $"/api/v1/rejected/{id}/replay");
        Assert.Equal("stored", (string?)stored.Data["outcome"]);
        Assert.Equal(21, (double)(await Http.DataAsync($"/api/v1/readings/latest?deviceId={Device}"))[0]!["temperature"]!);
        await RejectedAsync(0);
        Assert.Equal(404, (await Http.SendAsync("POST", $"/api/v1/rejected/{id}/replay")).Status);
    }

    [Fact]
    public async Task Many_rejected_messages_can_be_tried_again_by_a_filter()
    {
        for (var i = 0; i < 5; i++)
        {
            await PublishAsync(SampleReading.Payload(SampleReading.Ts + i, temperature: 20));
            await PublishAsync(SampleReading.Payload(SampleReading.Ts + i, temperature: 21));
        }

        await PublishAsync("not JSON");
        await RejectedAsync(6);
        Assert.Equal("""{"tried":2,"stored":0,"duplicates":0,"rejected":2""", (await ReplayAsync("&reason=conflict&limit=2")).ToJsonString().Split(",\"next")[0]);
        Assert.Equal(0, (int)(await ReplayAsync("&to=2020-01-01"))["tried"]!);
        Assert.Equal(0, (int)(await ReplayAsync("&homeId=elsewhere"))["tried"]!);

        await Http.DeleteAsync($"/api/v1/devices/{Device}?readings=delete");
        var first = await ReplayAsync("&reason=conflict&from=2020-01-01&homeId=home1&limit=2");
        Assert.Equal((2, 2), ((int)first["tried"]!, (int)first["stored"]!));
        var rest = await ReplayAsync($"&cursor={first["next_cursor"]}");
        Assert.Equal("""{"tried":4,"stored":3,"duplicates":0,"rejected":1,"next_cursor":null}""", rest.ToJsonString());
        Assert.Equal("invalid-json", (string?)(await RejectedAsync(1))[0]!["reason"]);
        await StoredAsync(5);
    }

    [Theory]
    [InlineData("reason=any", "reason")]
    [InlineData("from=yesterday", "from")]
    [InlineData("to=tomorrow", "to")]
    [InlineData("limit=10001", "limit")]
    [InlineData("cursor=x", "cursor")]
    public async Task A_filter_that_is_wrong_is_refused(string query, string field)
    {
        var answer = await Http.SendAsync("POST", $"/api/v1/rejected/replay?{query}");
        Assert.Equal(400, answer.Status);
        Assert.NotNull(answer.Json["errors"]![field]);
    }

    private async Task<System.Text.Json.Nodes.JsonNode> ReplayAsync(string query) => (await Http.SendAsync("POST", $"/api/v1/rejected/replay?deviceId={Device}{query}")).Data;
}
