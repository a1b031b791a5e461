using System.Text.Json.Nodes;
using TechTemp.Integration.Tests.Http;

namespace TechTemp.Integration.Tests;

/// <summary>
/// The known faults of the Node.js server that clients came from (contract, end of section 2): each test shows that one
/// of them is absent. That `latest` is a seek and no scan is shown by the query plans in TechTemp.Rules.Tests.
/// </summary>
public sealed class OldServerFaultTests(SharedStacks stacks) : ApiTest(stacks)
{
    private readonly SharedStacks _stacks = stacks;

    [Fact]
    public async Task Zero_degrees_and_zero_percent_are_values()
    {
        var stack = await _stacks.OursAsync();
        await stack.Broker.Client.PublishAsync(SampleReading.Topic(Device), """{"ts": 1757537685793, "temperature_c": 0, "humidity_pct": 0}""");
        await Eventually.TrueAsync(async () => await stack.CountAsync(Device) == 1, "the reading is stored");

        foreach (var path in new[] { $"/api/v1/readings/latest?deviceId={Device}", ReadingsPath, ReadingsPath + "?bucket=hour" })
        {
            var row = (await stack.Http.DataAsync(path))[0]!;
            Assert.Equal((0, 0), ((double)row["temperature"]!, (double)row["humidity"]!));
        }
    }

    [Fact]
    public async Task The_room_filter_finds_the_readings_of_the_room()
    {
        await ProvisionAsync("Salon", Device);
        await StoreAsync("2025-09-10T20:00:00Z");

        var row = Assert.Single((await Http.DataAsync($"/api/v1/readings/latest?roomId={Device}")).AsArray())!;
        Assert.Equal((Device, Device), ((string?)row["device_id"], (string?)row["room_id"]));
    }

    [Theory]
    [InlineData("""{"label":"Door"}""")]
    [InlineData("""{"label":null}""")]
    [InlineData("{}")]
    [InlineData("""{"room_name":"$"}""")]
    [InlineData("""{"room_uid":"$"}""")]
    [InlineData("""{"room_name":"$","moved_at":"2025-10-01T00:00:00Z"}""")]
    public async Task A_change_that_does_not_move_the_device_leaves_its_placement(string change)
    {
        await StoreAsync("2025-09-10T20:00:00Z");
        await ProvisionAsync(Device, Device);
        var before = await PlacementsAsync();

        Assert.Equal(200, (await Http.PutAsync(DevicePath, change.Replace("$", Device, StringComparison.Ordinal))).Status);

        Assert.Equal(before, await PlacementsAsync());
        Assert.Null(Assert.Single(before).To);
        Assert.Equal(Device, (string?)(await Http.DataAsync($"/api/v1/readings/latest?deviceId={Device}"))[0]!["room_id"]);
    }

    [Fact]
    public async Task Last_seen_at_never_moves_backwards()
    {
        await StoreAsync("2025-09-10T20:00:00Z");
        await StoreAsync("2025-09-10T19:00:00Z");

        Assert.Equal("2025-09-10T20:00:00.000Z", (string?)(await Http.DataAsync(DevicePath))["last_seen_at"]);
    }

    [Fact]
    public async Task From_and_to_are_compared_as_moments_not_as_text()
    {
        await StoreAllAsync("2025-09-10T20:00:00Z", "2025-09-10T22:00:00Z");

        // As text "2025-09-10T23:…+02:00" is after both, and "2025-09-10T17:…-04:00" before both.
        Assert.Equal(["2025-09-10T22:00:00.000Z"], Times(await Http.DataAsync(ReadingsPath + "?from=2025-09-10T23:00:00%2B02:00")));
        Assert.Equal(["2025-09-10T20:00:00.000Z"], Times(await Http.DataAsync(ReadingsPath + "?to=2025-09-10T17:00:00-04:00")));
    }

    [Fact]
    public async Task The_ts_of_a_bucket_is_its_start()
    {
        await StoreAllAsync("2025-09-10T20:17:31.123Z", "2025-09-10T20:48:05Z");

        Assert.Equal(["2025-09-10T20:00:00.000Z"], Times(await Http.DataAsync(ReadingsPath + "?bucket=hour")));
        Assert.Equal(["2025-09-10T00:00:00.000Z"], Times(await Http.DataAsync(ReadingsPath + "?bucket=day")));
        Assert.Equal(["2025-09-10T20:45:00.000Z", "2025-09-10T20:15:00.000Z"], Times(await Http.DataAsync(ReadingsPath + "?bucket=PT15M")));
    }

    [Fact]
    public async Task There_is_one_format_of_time()
    {
        var stack = await _stacks.OursAsync();
        await stack.Broker.Client.PublishAsync(SampleReading.Topic(Device), SampleReading.Payload(SampleReading.Ts - 793));
        await stack.Broker.Client.PublishAsync(SampleReading.Topic(Device), "broken");
        await Eventually.TrueAsync(async () => (await stack.Http.DataAsync($"/api/v1/rejected?deviceId={Device}")).AsArray().Count == 1, "one is rejected");

        string[] paths = [$"/api/v1/readings/latest?deviceId={Device}", ReadingsPath, ReadingsPath + "?bucket=day", DevicePath, $"/api/v1/rejected?deviceId={Device}"];
        foreach (var path in paths)
        {
            var data = await stack.Http.DataAsync(path);
            var row = (data is JsonArray rows ? rows[0] : data)!.AsObject();
            var times = row.Where(p => p.Key == "ts" || p.Key.EndsWith("_at", StringComparison.Ordinal)).ToList();
            Assert.NotEmpty(times);
            Assert.All(times, time => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", (string?)time.Value));
        }
    }

    [Theory]
    [InlineData("GET", "/api/v1/nothing")]
    [InlineData("GET", "/api/v1/devices/nobody")]
    [InlineData("DELETE", "/api/v1/readings/latest")]
    [InlineData("POST", "/api/v1/devices")]
    public async Task Errors_are_never_HTML(string method, string path)
    {
        var answer = await Http.SendAsync(method, path, null, null, ("Accept", "text/html"));

        AssertProblem(answer, answer.Status);
        Assert.DoesNotContain("<", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/api/v1/devices")]
    [InlineData("PUT", "/api/v1/devices/any")]
    [InlineData("PUT", "/api/v1/devices/any/calibrations")]
    [InlineData("POST", "/api/v1/rooms")]
    [InlineData("PUT", "/api/v1/rooms/any")]
    [InlineData("POST", "/api/v1/readings")]
    public async Task A_missing_or_foreign_body_is_the_clients_mistake(string method, string path)
    {
        (string? Body, string? Type)[] bodies =
            [(null, null), ("", "application/json"), ("null", "application/json"), ("[]x", "application/json"), ("{", "application/json"), ("\"text\"", "application/json"),
             ("name=Hall", "application/x-www-form-urlencoded"), ("<a/>", "application/xml"), ("{}", null)];
        foreach (var (body, type) in bodies)
        {
            var answer = await Http.SendAsync(method, path, body, type);
            Assert.True(answer.Status is 400 or 415, $"{body} as {type}: {answer.Status}");
            AssertProblem(answer, answer.Status);
        }
    }

    [Theory]
    [InlineData("客厅")]
    [InlineData("Кухня")]
    [InlineData("غرفة")]
    [InlineData("🛋️")]
    public async Task A_room_name_may_be_without_Latin_letters(string name)
    {
        await ProvisionAsync(name);

        var room = (await Http.DataAsync(DevicePath))["room"]!;
        Assert.Equal(name, (string?)room["name"]);
        Assert.Matches("^[A-Za-z0-9_-]{1,50}$", (string?)room["uid"]);
        Assert.Equal(200, (await Http.GetAsync($"/api/v1/rooms/{room["uid"]}")).Status);
    }

    [Fact]
    public async Task A_request_that_fails_leaves_no_room()
    {
        await ProvisionAsync("Hall");
        var room = Unique.Uid("room");

        AssertProblem(await Http.PostAsync("/api/v1/devices", new { device_uid = Device, room_name = "New", room_uid = room }), 409);
        AssertProblem(await Http.PostAsync("/api/v1/devices", new { device_uid = "not valid", room_name = "New", room_uid = room }), 400);
        AssertProblem(await Http.PutAsync("/api/v1/devices/nobody", new { room_name = "New", room_uid = room }), 404);
        AssertProblem(await Http.PutAsync(DevicePath, new { room_name = "New", room_uid = room, label = "" }), 400);
        AssertProblem(await Http.PutAsync(DevicePath, new { room_name = "New", room_uid = room, moved_at = "2999-01-01" }), 400);

        AssertProblem(await Http.GetAsync($"/api/v1/rooms/{room}"), 404);
    }

    [Fact]
    public async Task Ingest_without_broker_is_not_healthy()
    {
        using var folder = new TempFolder();
        await using var ingest = HostProcess.Start(
            "TechTemp.Ingest", new Dictionary<string, string> { ["MQTT_URL"] = $"mqtt://127.0.0.1:{FreePort.Next()}", ["DB_PATH"] = folder.File("techtemp.db") });

        var health = await ingest.HealthAsync(health => health.Status != 0, "answered");
        Assert.Equal((503, """{"status":"failed","failed":["broker"]}"""), (health.Status, health.Body));
    }

    [Fact]
    public async Task Slow_charts_do_not_block_other_requests()
    {
        const int Hours = 365 * 24;
        var start = new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        var year = Enumerable.Range(0, Hours * 4).Select(quarter => (SampleReading.Text(start + quarter * 900_000L), 20.0, 50.0)).ToList();
        foreach (var part in year.Chunk(10_000))
        {
            await Api.StoreAsync(Device, part);
        }

        const int Rounds = 5;
        var overtook = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var chart = Http.DataAsync(ReadingsPath + "?bucket=hour");
            while (!chart.IsCompleted)
            {
                Assert.Equal(200, (await Http.GetAsync("/health")).Status);
                overtook += chart.IsCompleted ? 0 : 1;
            }

            Assert.Equal(Hours, (await chart).AsArray().Count);
        }

        // One request a round may have slipped in before the chart; a server that does one thing at a time answers no more.
        Assert.True(overtook > Rounds, $"{overtook} requests were answered while {Rounds} charts were made");

        var many = Enumerable.Range(0, 32).Select(_ => Http.DataAsync(ReadingsPath + "?bucket=hour")).ToList();
        Assert.Equal(200, (await Http.GetAsync("/health")).Status);
        Assert.All(await Task.WhenAll(many), chart => Assert.Equal(Hours, chart.AsArray().Count));
    }
}
