using System.Text.Json.Nodes;
using TechTemp.Integration.Tests.Store;

namespace TechTemp.Integration.Tests.Postgres;

/// <summary>The hosts on PostgreSQL: the way of a reading from the broker to HTTP, and a server that is away.</summary>
public sealed class PostgresStoreTests(PostgresStack postgres) : IClassFixture<PostgresStack>
{
    private const long Hour = 3_600_000;

    private TechTempStack Stack => postgres.Stack;

    private static long ThisHour => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / Hour * Hour;

    [Fact]
    public async Task A_reading_goes_from_the_broker_to_HTTP_and_its_state_back()
    {
        var from = ThisHour - (2 * Hour);
        for (var i = 0; i < 3; i++)
        {
            await Stack.Broker.Client.PublishAsync(SampleReading.Topic("kitchen"), Payload(from + (i * 600_000), 20 + i, i));
        }

        await Eventually.ResultAsync(async () => (await Stack.Http.DataAsync("/api/v1/rejected?reason=unknown-device")).AsArray().Count, held => held == 3, "three readings are held");
        Assert.Equal(201, (await Stack.Http.PostAsync("/api/v1/devices", new { device_uid = "kitchen", room_name = "Kitchen", home = SampleReading.Home })).Status);
        Assert.Equal(409, (await Stack.Http.PostAsync("/api/v1/devices", new { device_uid = "kitchen", room_name = "Kitchen" })).Status);

        // Held readings, a posted one, a duplicate and a conflict.
        await Eventually.ResultAsync(() => Stack.CountAsync("kitchen"), stored => stored == 3, "the held readings are stored");
        var posted = await Stack.Http.PostAsync("/api/v1/readings", new[] { Posted(from, 20), Posted(from, 25), Posted(from + (4 * 600_000), 24) });
        Assert.Equal((1, 1, "conflict"), ((int)posted.Data["accepted"]!, (int)posted.Data["duplicates"]!, (string)posted.Data["rejected"]![0]!["reason"]!));

        Assert.Equal(200, (await Stack.Http.PutAsync("/api/v1/devices/kitchen/calibrations", """{"calibrations":[{"from":"2020-01-01","temperature_offset":1.5,"humidity_offset":0}]}""")).Status);
        var raw = await Stack.Http.DataAsync("/api/v1/devices/kitchen/readings?limit=2");
        Assert.Equal([25.5, 23.5], raw.AsArray().Select(r => (double)r!["temperature"]!));
        var hour = Assert.Single((await Stack.Http.DataAsync("/api/v1/rooms/kitchen/readings?bucket=hour")).AsArray())!;
        Assert.Equal((4, 21.5, 25.5), ((int)hour["count"]!, (double)hour["temperature_min"]!, (double)hour["temperature_max"]!));
        Assert.Equal(25.5, (double)Assert.Single((await Stack.Http.DataAsync("/api/v1/readings/latest?roomId=kitchen")).AsArray())!["temperature"]!);

        var state = await Eventually.ResultAsync(
            async () => await Stack.Broker.Client.RetainedAsync($"home/{SampleReading.Home}/sensors/kitchen/state") is { } text ? JsonNode.Parse(text) : null,
            s => s is not null && (double)s["temperature_c"]! == 25.5, "the state has the newest reading");
        Assert.Equal(("kitchen", 2), ((string)state!["room"]!, (int)state["acked_seq"]!));
    }

    [Fact]
    public async Task What_comes_while_the_server_cannot_be_reached_is_stored_when_it_can()
    {
        Assert.Equal(201, (await Stack.Http.PostAsync("/api/v1/devices", new { device_uid = "hall", room_name = "Hall", home = SampleReading.Home })).Status);
        postgres.Network.Stall();
        postgres.Network.Cut();
        await Stack.Api.HealthAsync(health => health.Status == 503 && health.Body.Contains("store"), "without store");
        await Stack.Broker.Client.PublishAsync(SampleReading.Topic("hall"), Payload(ThisHour, 19, 1));
        var refused = await Stack.Http.GetAsync("/api/v1/devices/hall");
        Assert.Equal(503, refused.Status);
        Assert.Equal("application/problem+json", refused.Header("Content-Type"));

        postgres.Network.Heal();

        await Stack.Api.HealthAsync(health => health.Status == 200, "with store");
        await Stack.Ingest.HealthAsync(health => health.Status == 200, "with store");
        await Eventually.ResultAsync(() => Stack.CountAsync("hall"), stored => stored == 1, "it is stored");
    }

    [Fact]
    public async Task Pages_are_verified_and_what_needs_a_file_is_refused()
    {
        Assert.StartsWith("All ", await Verbs.VerifyAsync(Stack.Settings), StringComparison.Ordinal);
        Assert.Equal("TechTemp cannot go on: 'backup' needs a store in a SQLite file. Copy a PostgreSQL database with pg_dump.", await Verbs.FailAsync("TechTemp.Ingest", Stack.Settings, "backup", "copy.db"));
        Assert.Contains("'restore' needs a store in a SQLite file.", await Verbs.FailAsync("TechTemp.Ingest", Stack.Settings, "restore", "copy.db", "--yes"), StringComparison.Ordinal);
        Assert.Contains("'import' needs a store in a SQLite file.", await Verbs.FailAsync("TechTemp.Ingest", Stack.Settings, "import", "old.db"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ingest_starts_without_its_server_and_migrates_when_it_comes()
    {
        await using var server = await PostgresProcess.StartAsync();
        await using var network = new TcpProxy(server.Port);
        network.Stall();
        Dictionary<string, string> settings = new(Stack.Settings) { ["DB_URL"] = $"postgres://techtemp@127.0.0.1:{network.Port}/postgres?connect_timeout=2", ["Mqtt__ClientId"] = "other" };
        await using var ingest = HostProcess.Start("TechTemp.Ingest", settings);
        await ingest.HealthAsync(health => health.Status == 503 && health.Body.Contains("store"), "without store");
        Assert.Contains("The store cannot be reached yet", ingest.Output, StringComparison.Ordinal);

        network.Heal();

        await ingest.HealthAsync(health => health.Status == 200, "with store");
    }

    private static string Payload(long ts, double temperature, int seq) =>
        new JsonObject { ["ts"] = ts, ["temperature_c"] = temperature, ["humidity_pct"] = 50, ["seq"] = seq }.ToJsonString();

    private static object Posted(long ts, double temperature) => new { device_uid = "kitchen", ts, temperature, humidity = 50 };
}
