namespace TechTemp.Integration.Tests.Http;

/// <summary>POST /api/v1/readings.</summary>
public sealed class PostReadingsTests(SharedStacks stacks) : ApiTest(stacks)
{
    private const string Path = "/api/v1/readings";

    [Fact]
    public async Task One_reading_is_stored_once()
    {
        var reading = new { device_uid = Device, ts = "2025-09-10T22:54:45.793+02:00", temperature = 21.02, humidity = 63.33 };
        Assert.Equal("""{"data":{"accepted":1,"duplicates":0,"rejected":[],"rejected_count":0}}""", (await Http.PostAsync(Path, reading)).Body);
        Assert.Equal("""{"data":{"accepted":0,"duplicates":1,"rejected":[],"rejected_count":0}}""", (await Http.PostAsync(Path, reading)).Body);

        Assert.Equal(
            """[{"ts":"2025-09-10T20:54:45.793Z","temperature":21.02,"humidity":63.33,"source":"http"}]""",
            (await Http.DataAsync(ReadingsPath)).ToJsonString());
    }

    [Fact]
    public async Task A_time_is_ISO_8601_or_unix_milliseconds_or_now()
    {
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        await Http.PostAsync(Path, new { device_uid = Device, temperature = 21, humidity = 50 });
        await Http.PostAsync(Path, new { device_uid = Device, ts = SampleReading.Ts, temperature = 21, humidity = 50 });
        var after = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

        var times = Times(await Http.DataAsync(ReadingsPath)).ToList();
        Assert.Equal(SampleReading.TsText, times[1]);
        Assert.InRange(times[0]!, SampleReading.Text(before), SampleReading.Text(after));
    }

    [Fact]
    public async Task Of_many_readings_each_stands_for_itself()
    {
        var answer = await Http.PostAsync(
            Path,
            $$"""
            [
              {"device_uid":"{{Device}}","ts":"2025-09-10T20:00:00Z","temperature":21,"humidity":50},
              {"device_uid":"{{Device}}","ts":"2025-09-10T20:00:00Z","temperature":21,"humidity":50},
              {"device_uid":"{{Device}}","ts":"2025-09-10T20:00:00Z","temperature":22,"humidity":50},
              {"device_uid":"{{Device}}","ts":"2025-09-10T20:01:00Z","temperature":86,"humidity":106},
              {"device_uid":"{{Device}}","ts":"2025-09-10T20:02:00Z","temperature":"21","humidity":50},
              {"device_uid":"not valid","ts":"2025-09-10T20:02:00Z","temperature":21,"humidity":50},
              7,
              {"device_uid":"{{Device}}","ts":"2025-09-10T20:03:00Z","temperature":0,"humidity":0}
            ]
            """);

        Assert.Equal(200, answer.Status);
        Assert.Equal((2, 1), ((int)answer.Data["accepted"]!, (int)answer.Data["duplicates"]!));
        Assert.Equal(
            [(2, "conflict"), (3, "out-of-range"), (4, "invalid-type"), (5, "out-of-range"), (6, "invalid-json")],
            answer.Data["rejected"]!.AsArray().Select(r => ((int)r!["index"]!, (string)r["reason"]!)));
        Assert.Equal(2, (await Http.DataAsync(ReadingsPath)).AsArray().Count);
    }

    [Fact]
    public async Task NDJSON_is_read_line_by_line()
    {
        var body = $$"""
            {"device_uid":"{{Device}}","ts":"2025-09-10T20:00:00Z","temperature":21,"humidity":50}
            {"device_uid":"{{Device}}","ts":"2025-09-10T20:01:00Z","temperature":21,

            {"device_uid":"{{Device}}","ts":"2025-09-10T20:02:00Z","temperature":21,"humidity":50}
            """;
        var answer = await Http.SendAsync("POST", Path, body, "application/x-ndjson");

        Assert.Equal(2, (int)answer.Data["accepted"]!);
        var rejected = Assert.Single(answer.Data["rejected"]!.AsArray())!;
        Assert.Equal((1, "invalid-json"), ((int)rejected["index"]!, (string)rejected["reason"]!));
    }

    [Fact]
    public async Task CSV_has_a_header_that_names_its_columns()
    {
        var body = $"""
            humidity,ts,temperature,device_uid,note
            50,2025-09-10T20:00:00Z,21.5,{Device},"a, b"
            60,{SampleReading.Ts},0,{Device},
            ,2025-09-10T20:02:00Z,,{Device},
            """;
        var answer = await Http.SendAsync("POST", Path, body, "text/csv; charset=utf-8");

        Assert.Equal(200, answer.Status);
        Assert.Equal(2, (int)answer.Data["accepted"]!);
        Assert.Equal(2, (int)Assert.Single(answer.Data["rejected"]!.AsArray())!["index"]!);
        Assert.Equal(["2025-09-10T20:54:45.793Z", "2025-09-10T20:00:00.000Z"], Times(await Http.DataAsync(ReadingsPath)));
    }

    [Fact]
    public async Task Of_many_rejected_rows_the_first_thousand_are_listed_and_all_are_counted()
    {
        var body = "device_uid,temperature,humidity\n" + string.Concat(Enumerable.Repeat($"{Device},99,\n", 6_001));
        var report = (await Http.SendAsync("POST", Path, body, "text/csv")).Data;

        Assert.Equal(6_001, (int)report["rejected_count"]!);
        Assert.Equal(Enumerable.Range(0, 1_000), report["rejected"]!.AsArray().Select(r => (int)r!["index"]!));
    }

    [Theory]
    [InlineData("text/csv")]
    [InlineData("application/x-ndjson")]
    public async Task A_body_of_any_length_is_stored_as_it_comes_and_sent_again_is_all_duplicates(string contentType)
    {
        const int Rows = 60_000;
        var isCsv = contentType == "text/csv";
        // Longer than the 30 MB that the server takes of other bodies.
        var filler = new string('x', 600);
        var body = new System.Text.StringBuilder(isCsv ? "device_uid,ts,temperature,humidity,note\n" : "");
        for (var i = 0; i < Rows; i++)
        {
            var ts = SampleReading.Ts + i * 1000;
            body.Append(isCsv ? $"{Device},{ts},21,50,{filler}\n" : $$"""{"device_uid":"{{Device}}","ts":{{ts}},"temperature":21,"humidity":50,"note":"{{filler}}"}""" + "\n");
        }

        var first = (await Http.SendAsync("POST", Path, body.ToString(), contentType)).Data;
        Assert.Equal((Rows, 0, 0), ((int)first["accepted"]!, (int)first["duplicates"]!, (int)first["rejected_count"]!));
        var again = (await Http.SendAsync("POST", Path, body.ToString(), contentType)).Data;
        Assert.Equal((0, Rows, 0), ((int)again["accepted"]!, (int)again["duplicates"]!, (int)again["rejected_count"]!));
    }

    [Theory]
    [InlineData("text/csv", "device_uid,temperature,humidity\n\"")]
    [InlineData("application/x-ndjson", "{\"device_uid\":\"")]
    public async Task A_row_without_an_end_is_400(string contentType, string body) =>
        AssertProblem(await Http.SendAsync("POST", Path, body + new string('x', 200_000), contentType), 400);

    [Fact]
    public async Task Rows_that_name_no_device_are_of_the_one_that_the_query_names()
    {
        var answer = await Http.SendAsync("POST", $"{Path}?device_uid={Device}", "ts,temperature,humidity\n2025-09-10T20:00:00Z,21,50\n", "text/csv");
        Assert.Equal(1, (int)answer.Data["accepted"]!);
        Assert.Equal(200, (await Http.PostAsync($"{Path}?device_uid={Device}", new { temperature = 21, humidity = 50 })).Status);
        Assert.Equal(2, (await Http.DataAsync(ReadingsPath)).AsArray().Count);
        AssertProblem(await Http.PostAsync($"{Path}?device_uid=not%20valid", new { temperature = 21, humidity = 50 }), 400, "device_uid");
    }

    [Theory]
    [InlineData("text/csv", "")]
    [InlineData("text/csv", "device_uid,note\n")]
    [InlineData("application/json", "")]
    [InlineData("application/json", "7")]
    [InlineData("application/json", "null")]
    public async Task A_body_without_readings_is_400(string contentType, string body) =>
        AssertProblem(await Http.SendAsync("POST", Path, body, contentType), 400);

    [Fact]
    public async Task Malformed_JSON_stores_nothing()
    {
        var answer = await Http.PostAsync(
            Path, $$"""[{"device_uid":"{{Device}}","ts":"2025-09-10T20:00:00Z","temperature":21,"humidity":50},{"device_uid":""");

        AssertProblem(answer, 400);
        Assert.Equal(404, (await Http.GetAsync(DevicePath)).Status);
    }

    [Theory]
    [InlineData("application/json", """[{"ts":1,"temperature":21,"humidity":50},{"device_uid":"$"},{"device_uid":"$","co2":null}]""")]
    [InlineData("text/csv", "device_uid,ts,temperature,humidity\n,1,21,50\n$,,,\n$,,\n")]
    public async Task What_lacks_a_field_is_refused_as_it_is_over_MQTT(string contentType, string body)
    {
        var answer = await Http.SendAsync("POST", Path, body.Replace("$", Device, StringComparison.Ordinal), contentType);

        Assert.Equal(
            [("missing-field", "device_uid is required"), ("missing-field", "a quantity is required"), ("missing-field", "a quantity is required")],
            answer.Data["rejected"]!.AsArray().Select(row => ((string)row!["reason"]!, ((string)row["detail"]!).Split(':')[0])));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData(null)]
    public async Task Another_content_type_is_415_and_tells_those_that_are_read(string? contentType)
    {
        var answer = await Http.SendAsync("POST", Path, "{}", contentType);

        AssertProblem(answer, 415);
        Assert.All(["application/json", "application/x-ndjson", "text/csv"], type => Assert.Contains(type, (string)answer.Json["error"]!, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"ts":"2025-09-10T20:00:00Z","temperature":21,"humidity":50}""", "device_uid")]
    [InlineData("""{"device_uid":"$","ts":"soon","temperature":21,"humidity":50}""", "ts")]
    [InlineData("""{"device_uid":"$","ts":1757537685,"temperature":21,"humidity":50}""", "ts")]
    [InlineData("""{"device_uid":"$","ts":1e400,"temperature":21,"humidity":50}""", "ts")]
    [InlineData("""{"device_uid":"$","ts":"","temperature":21,"humidity":50}""", "ts")]
    [InlineData("""{"device_uid":"$","temperature":-40.01}""", "temperature")]
    [InlineData("""{"device_uid":"$","temperature":null}""", "temperature")]
    [InlineData("""{"device_uid":"$","temperature":true,"humidity":50}""", "temperature")]
    [InlineData("""{"device_uid":"$","temperature_c":21}""", "humidity")]
    [InlineData("""{"device_uid":"$","temperature":86,"humidity":105.01}""", "humidity")]
    [InlineData("""{"device_uid":"$","co2":40001}""", "co2")]
    public async Task One_reading_that_is_refused_is_400_and_names_the_field(string body, string field)
    {
        var answer = await Http.PostAsync(Path, body.Replace("$", Device, StringComparison.Ordinal));

        AssertProblem(answer, 400);
        Assert.Contains(field, (string)answer.Json["error"]!, StringComparison.Ordinal);
        Assert.Equal(404, (await Http.GetAsync(DevicePath)).Status);
    }

    [Fact]
    public async Task A_value_that_is_out_of_its_range_is_refused_and_the_others_are_stored()
    {
        var one = await Http.PostAsync(Path, new { device_uid = Device, ts = SampleReading.Ts, temperature = 21, humidity = 106, co2 = 812 });
        Assert.Equal((200, 1, 1), (one.Status, (int)one.Data["accepted"]!, (int)one.Data["rejected_count"]!));
        Assert.Equal("humidity must be from 0 to 105 %, was 106", (string?)one.Data["rejected"]![0]!["detail"]);
        Assert.Equal(
            """[{"ts":"2025-09-10T20:54:45.793Z","temperature":21,"humidity":null,"co2":812,"source":"http"}]""",
            (await Http.DataAsync(ReadingsPath)).ToJsonString());
    }

    [Fact]
    public async Task Ten_thousand_rows_are_stored_in_one_request()
    {
        var rows = Enumerable.Range(0, 10_000).Select(i => (SampleReading.Text(SampleReading.Ts + i * 1000), 21.0, 50.0));
        await Api.StoreAsync(Device, rows);

        Assert.Equal(10_000, (await Http.DataAsync(ReadingsPath + "?limit=10000")).AsArray().Count);
    }
}
