using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace TechTemp.Integration.Tests.Former;

/// <summary>
/// Makes the committed store and answers of the previous version again, with the programs of that version. Only where <c>FORMER_TECHTEMP</c> names them:
/// what is committed must stay what it is. <c>Fixtures/README.md</c> says how.
/// </summary>
internal static class FormerStoreMaker
{
    /// <summary>The devices of the store.</summary>
    public static IReadOnlyList<string> Devices { get; } = ["attic-1", "cabin-1", "kitchen-1", "salon-1", "silent-1", "stray-1"];

    /// <summary>Its rooms: three with readings, one that nothing stood in.</summary>
    public static IReadOnlyList<string> Rooms { get; } = ["salon", "kitchen", "attic", "cellar"];

    private const string End = "2026-09-20T09:40:00Z";
    private const long FiveMinutes = 300_000;

    /// <summary>The folder of the previous version's repository, built in the configuration of the tests; null where the committed files are to be used.</summary>
    public static string? Programs { get; } = Environment.GetEnvironmentVariable("FORMER_TECHTEMP");

    /// <summary>Replaces the committed files.</summary>
    public static async Task MakeAsync(string programs)
    {
        using var folder = new TempFolder();
        var settings = new Dictionary<string, string> { ["DB_PATH"] = folder.File("store.db"), ["Retention__Rejected"] = "3650.00:00:00", ["Retention__Held"] = "3650.00:00:00" };

        string Program(string name) => Path.Combine(programs, name, "bin", Repository.Configuration, "net10.0", $"{name}.dll");
        async Task RunAsync(Func<ApiClient, MosquittoClient, Task> use, params (string Name, string Value)[] more)
        {
            var port = FreePort.Next();
            var all = settings.Append(new("MQTT_PORT", port.ToString(CultureInfo.InvariantCulture))).Concat(more.Select(m => KeyValuePair.Create(m.Name, m.Value)));
            await using var standalone = await HostProcess.StartHealthyAsync(Program("TechTemp.Standalone"), all);
            await use(standalone.Http, new(port));
            Assert.Equal(0, await standalone.StopAsync());
        }

        await RunAsync(async (http, _) =>
        {
            await AddDevicesAsync(http);
            await PostAsync(http, "attic-1", Series(1, "2026-03-27T00:04:00Z", "2026-04-30T23:54:00Z", 600_000, 0));
        });
        await RunAsync(
            async (http, _) => await Eventually.TrueAsync(
                async () => (await http.DataAsync("/api/v1/devices/attic-1/readings?to=2026-04-07")).AsArray().Count == 0
                    && (await http.DataAsync("/api/v1/devices/attic-1/readings?bucket=PT15M&to=2026-04-06")).AsArray().Count == 0,
                "retention has dropped"),
            ("Retention__Readings", "22.00:00:00"), ("Retention__Rollups", "23.00:00:00"));
        await RunAsync(async (http, mqtt) =>
        {
            await AddReadingsAsync(http, mqtt);
            await MoveAndCalibrateAsync(http);
            await AddRejectedAsync(http, mqtt);
        });
        await RunAsync(
            async (http, mqtt) =>
            {
                foreach (var (ts, temperature, humidity) in Series(9, "2026-09-18T08:00:00Z", "2026-09-18T08:20:00Z", FiveMinutes, 0))
                {
                    await mqtt.PublishAsync(SampleReading.Topic("waiting-1", "house"), SampleReading.Payload(ts, temperature, humidity));
                }

                await Eventually.TrueAsync(async () => (int)(await http.DataAsync("/api/v1/system"))["backlog"]!["held"]! == 5, "five readings are held");
            },
            ("Ingest__UnknownDevices", "Hold"));

        // Only the simulation has this source, in a store of its own.
        StoreFile.Execute(settings["DB_PATH"], "UPDATE readings SET source = 2 WHERE device_id = (SELECT id FROM devices WHERE uid = 'cabin-1') AND ts % 2 = 0;");
        StoreFile.Execute(settings["DB_PATH"], "VACUUM;");
        Assert.Equal(FormerStore.Schema, StoreFile.Schema(settings["DB_PATH"]));
        FormerStore.Pack(settings["DB_PATH"]);

        await using var api = await HostProcess.StartHealthyAsync(Program("TechTemp.Api"), settings);
        var answers = await RecordAsync(api.Http);
        FormerAnswers.Write(FormerStore.AnswersFile, answers);
        Assert.Empty((await FormerAnswers.CompareAsync(answers, api.Http)).Differences);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{new FileInfo(settings["DB_PATH"]).Length} bytes, {new FileInfo(FormerStore.File).Length} packed; {answers.Count} answers, {answers.Sum(a => a.Body.Length)} characters, {new FileInfo(FormerStore.AnswersFile).Length} packed");
    }

    private static async Task AddDevicesAsync(ApiClient http)
    {
        await SendAsync(http, "POST", "/rooms", """{"name":"Salon","floor":"0","side":"south","comfort":{"temperature_min":19,"temperature_max":24}}""");
        await SendAsync(http, "POST", "/rooms", """{"name":"Cellar","floor":"-1"}""");
        foreach (var (uid, room, home) in new[] { ("salon-1", "Salon", "house"), ("kitchen-1", "Kitchen", "house"), ("silent-1", "Kitchen", "house"), ("attic-1", "Attic", "cabin"), ("cabin-1", "Attic", "cabin") })
        {
            await SendAsync(http, "POST", "/devices", $$"""{"device_uid":"{{uid}}","room_name":"{{room}}","home":"{{home}}","label":"{{room}} {{uid[^1]}}","model":"BME280"}""");
            await MoveAsync(http, uid, room, "2026-01-01T00:00:00Z");
        }
    }

    private static async Task AddReadingsAsync(ApiClient http, MosquittoClient mqtt)
    {
        // One device counts and loses some; its times have some jitter, for two weeks much; with gaps, two hours of a reading each second, and a day that comes last.
        var salon = Series(2, "2026-06-20T00:00:07Z", "2026-07-04T00:00:00Z", FiveMinutes, 2_000).Concat(Series(10, "2026-07-04T00:00:03.120Z", End, FiveMinutes, 30)).Where(r => !IsGap(r.Ts))
            .Concat(Series(3, "2026-08-20T10:00:00.500Z", "2026-08-20T12:00:00Z", 1_000, 0))
            .OrderBy(r => Day(r.Ts) == "2026-08-05").ThenBy(r => r.Ts).ToList();
        var missing = salon.Index().Where(r => r.Index % 331 == 7).Select(r => r.Item.Ts).ToHashSet();
        await PublishAsync(mqtt, "salon-1", salon.Index()
            .Where(r => !missing.Contains(r.Item.Ts))
            .Select(r => SampleReading.Payload(r.Item.Ts, r.Item.Temperature, r.Item.Humidity).Replace("}", $", \"seq\": {r.Index + 1}}}", StringComparison.Ordinal)));

        // The other one is exact in time, has values that are no hundredths and some that are no decimals, a denser day, and comes both ways.
        var kitchen = Series(4, "2026-06-20T00:00:00Z", End, FiveMinutes, 0).Where(r => Day(r.Ts) != "2026-08-15")
            .Concat(Series(5, "2026-08-15T00:00:00Z", "2026-08-15T23:59:59Z", 45_000, 0))
            .Select((r, i) => i % 97 == 5 ? r with { Temperature = r.Temperature + 1 / 3.0 } : i % 53 == 2 ? r with { Humidity = Math.Round(r.Humidity + 0.004, 3) } : r)
            .OrderBy(r => r.Ts).ToList();
        bool ByMqtt(long ts) => ts >= Ts("2026-09-10T07:00:00Z") && ts < Ts("2026-09-12T00:00:00Z");
        await PublishAsync(mqtt, "kitchen-1", kitchen.Where(r => ByMqtt(r.Ts)).Select(r => SampleReading.Payload(r.Ts, r.Temperature, r.Humidity)));
        await PostAsync(http, "kitchen-1", kitchen.Where(r => !ByMqtt(r.Ts)));
        await SendAsync(http, "DELETE", "/devices/kitchen-1/readings?from=2026-07-20T10:02:00Z&to=2026-07-20T12:30:00Z", null);

        // Few readings, over a change to summer time and far apart, most of them below zero.
        await PostAsync(http, "cabin-1", Series(6, "2026-03-28T05:00:00Z", "2026-03-30T20:00:00Z", 4_380_000, 90_000).Concat(Series(7, "2026-04-03T06:30:00Z", "2026-09-01T00:00:00Z", 450_000_000, 9_000_000))
            .Select(r => r with { Temperature = Math.Round(r.Temperature - 25, 2) }));
        await PublishAsync(mqtt, "stray-1", Series(8, "2026-09-19T20:00:00Z", "2026-09-19T22:00:00Z", 600_000, 500).Select(r => SampleReading.Payload(r.Ts, r.Temperature, r.Humidity)));

        foreach (var (uid, count) in new[] { ("salon-1", salon.Count - missing.Count), ("kitchen-1", kitchen.Count - 30), ("stray-1", 13) })
        {
            await Eventually.ResultAsync(
                async () => (await http.DataAsync($"/api/v1/devices/{uid}/readings?bucket=P7D")).AsArray().Sum(b => (int)b!["count"]!), stored => stored == count, $"{uid} has {count} readings", TimeSpan.FromMinutes(2));
        }
    }

    private static async Task MoveAndCalibrateAsync(ApiClient http)
    {
        await MoveAsync(http, "salon-1", "Kitchen", "2026-07-15T13:37:11Z");
        await MoveAsync(http, "salon-1", "Salon", "2026-08-14T22:00:00Z");
        await MoveAsync(http, "kitchen-1", "Salon", "2026-08-15T09:07:30Z");
        await MoveAsync(http, "kitchen-1", "Kitchen", "2026-09-01T00:00:00Z");
        await MoveAsync(http, "attic-1", "Kitchen", "2026-04-02T10:20:00Z");
        await MoveAsync(http, "attic-1", "Attic", "2026-04-07T16:50:00Z");
        foreach (var (uid, first, second) in new[] { ("salon-1", "2000-01-01T00:00:00Z", "2026-08-20T11:03:00Z"), ("kitchen-1", "2026-07-01T00:00:00Z", "2026-08-15T17:42:00Z"), ("attic-1", "2026-04-01T12:30:00Z", "2026-04-08T12:07:00Z") })
        {
            await SendAsync(http, "PUT", $"/devices/{uid}/calibrations", $$"""{"calibrations":[{"from":"{{first}}","temperature_offset":-0.35,"humidity_offset":1.5},{"from":"{{second}}","temperature_offset":0.127,"humidity_offset":-2.25}]}""");
        }
    }

    private static async Task AddRejectedAsync(ApiClient http, MosquittoClient mqtt)
    {
        var end = Ts(End);
        foreach (var (topic, payload) in new[]
        {
            (SampleReading.Topic("salon-1", "house"), "not JSON"),
            (SampleReading.Topic("salon-1", "house"), SampleReading.Payload(end + 1, temperature: 99.5)),
            (SampleReading.Topic("salon-1", "house"), SampleReading.Payload(end + 2, humidity: 101)),
            (SampleReading.Topic("salon-1", "house"), """{"ts":1789000000000,"temperature_c":21}"""),
            (SampleReading.Topic("salon-1", "house"), """{"ts":"now","temperature_c":21,"humidity_pct":40}"""),
            (SampleReading.Topic("kitchen-1", "house"), SampleReading.Payload(Ts("2026-09-11T00:00:00Z"), temperature: 1.5)),
            (SampleReading.Topic("kitchen-1", "cabin"), SampleReading.Payload(end + 3)),
            (SampleReading.Topic("attic-1", "cabin"), SampleReading.Payload(Ts("2026-04-03T00:00:00Z"))),
            ("home/house/sensors/no one/reading", SampleReading.Payload(end + 4)),
            (SampleReading.Topic("salon-1", "house"), $"[\"{new string('x', 9_000)}\"]"),
        })
        {
            await mqtt.PublishAsync(topic, payload);
        }

        await Eventually.ResultAsync(async () => (await http.DataAsync("/api/v1/rejected")).AsArray().Count, count => count == 10, "ten messages are rejected");
    }

    private static async Task<List<FormerAnswer>> RecordAsync(ApiClient http)
    {
        var answers = new List<FormerAnswer>();
        foreach (var (first, accept, pages) in FormerRequests.All())
        {
            var path = first;
            for (var page = 0; page < pages; page++)
            {
                var answer = await FormerAnswers.AskAsync(http, path, accept);
                answers.Add(answer);
                if (page + 1 == pages || answer.Status != 200 || (string?)JsonNode.Parse(answer.Body)!["next_cursor"] is not { } cursor)
                {
                    break;
                }

                path = $"{first}{(first.Contains('?', StringComparison.Ordinal) ? '&' : '?')}cursor={cursor}";
            }
        }

        return answers;
    }

    private static async Task PublishAsync(MosquittoClient mqtt, string device, IEnumerable<string> payloads)
    {
        await using var publisher = mqtt.StartPublishing(SampleReading.Topic(device, "house"));
        foreach (var payload in payloads)
        {
            await publisher.PublishAsync(payload);
        }

        await publisher.CompleteAsync();
    }

    private static async Task PostAsync(ApiClient http, string device, IEnumerable<(long Ts, double Temperature, double Humidity)> readings)
    {
        var text = new StringBuilder("ts,temperature,humidity\r\n");
        foreach (var (ts, temperature, humidity) in readings)
        {
            text.Append(CultureInfo.InvariantCulture, $"{ts},{temperature:R},{humidity:R}\r\n");
        }

        var answer = await http.SendAsync("POST", $"/api/v1/readings?device_uid={device}", text.ToString(), "text/csv");
        Assert.True(answer.Status == 200 && (int)answer.Data["rejected_count"]! == 0, answer.ToString());
    }

    private static Task MoveAsync(ApiClient http, string device, string room, string at) => SendAsync(http, "PUT", $"/devices/{device}", $$"""{"room_name":"{{room}}","moved_at":"{{at}}"}""");

    private static async Task SendAsync(ApiClient http, string method, string path, string? body)
    {
        var answer = await http.SendAsync(method, $"/api/v1{path}", body, body is null ? null : "application/json");
        Assert.True(answer.Status is 200 or 201, answer.ToString());
    }

    // A day's wave and a slow drift with some noise, in hundredths as sensors measure.
    private static IEnumerable<(long Ts, double Temperature, double Humidity)> Series(int seed, string from, string to, long step, int jitter)
    {
        var random = new Random(seed);
        var (temperature, humidity) = (18.0 + seed, 48.0);
        for (var ts = Ts(from); ts <= Ts(to); ts += step)
        {
            var wave = Math.Sin(ts / 86_400_000.0 * Math.Tau);
            temperature = Math.Clamp(temperature + (random.NextDouble() - 0.5) * 0.1, 15, 26);
            humidity = Math.Clamp(humidity + (random.NextDouble() - 0.5) * 0.4, 35, 70);
            yield return (ts + random.Next(-jitter, jitter + 1), Math.Round(temperature + wave * 2, 2), Math.Round(humidity - wave * 5, 2));
        }
    }

    private static bool IsGap(long ts) =>
        (ts >= Ts("2026-07-10T03:00:00Z") && ts < Ts("2026-07-11T15:00:00Z")) || (ts >= Ts("2026-08-14T00:00:00Z") && ts < Ts("2026-08-14T02:20:00Z")) || ts / FiveMinutes % 211 < 4;

    private static string Day(long ts) => SampleReading.Text(ts)[..10];

    private static long Ts(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
}
