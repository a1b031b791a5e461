namespace TechTemp.Integration.Tests.Hosts;

/// <summary>The API waits for the store that ingest makes.</summary>
public sealed class StoreWaitTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_API_answers_503_until_ingest_has_made_the_store()
    {
        Dictionary<string, string> settings = new() { ["MQTT_URL"] = $"mqtt://127.0.0.1:{FreePort.Next()}", ["DB_PATH"] = _folder.File("store/techtemp.db") };
        await using var api = HostProcess.Start("TechTemp.Api", settings);
        var health = await api.HealthAsync(health => health.Status != 0, "answered");
        Assert.Equal((503, """{"status":"failed","failed":["broker","store"]}"""), (health.Status, health.Body));
        Assert.Equal(200, (await api.Http.GetAsync("/alive")).Status);

        foreach (var (method, path) in new[] { ("GET", "/api/v1/readings/latest"), ("GET", "/api/v1/rooms"), ("POST", "/api/v1/readings"), ("DELETE", "/api/v1/devices/any") })
        {
            var early = await api.Http.SendAsync(method, path);
            Assert.Equal(503, early.Status);
            Assert.Equal("application/problem+json", early.Header("Content-Type"));
            Assert.True(int.Parse(early.Header("Retry-After"), System.Globalization.CultureInfo.InvariantCulture) > 0);
            Assert.Contains("store", (string)early.Json["error"]!, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(_folder.File("store")), "the API must not make the folder");

        await using var ingest = HostProcess.Start("TechTemp.Ingest", settings);
        await api.HealthAsync(health => health is { Status: 200, Body: """{"status":"degraded","failed":["broker"]}""" }, "degraded, with the store");
        Assert.Equal("""{"data":[]}""", (await api.Http.GetAsync("/api/v1/readings/latest")).Body);
    }

    [Fact]
    public async Task The_folder_of_the_store_is_made()
    {
        var path = _folder.File("a/b/c/techtemp.db");
        await using var ingest = HostProcess.Start(
            "TechTemp.Ingest", new Dictionary<string, string> { ["MQTT_URL"] = $"mqtt://127.0.0.1:{FreePort.Next()}", ["DB_PATH"] = path });

        await ingest.HealthAsync(health => health.Body.Contains("broker") && !health.Body.Contains("store"), "with a store");
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task The_long_form_of_a_setting_comes_before_the_short_one()
    {
        var path = _folder.File("long.db");
        await using var ingest = HostProcess.Start(
            "TechTemp.Ingest",
            new Dictionary<string, string> { ["Mqtt__Url"] = $"mqtt://127.0.0.1:{FreePort.Next()}", ["MQTT_URL"] = "nonsense", ["DB_PATH"] = _folder.File("short.db"), ["Store__Path"] = path });

        await ingest.HealthAsync(health => health.Body.Contains("broker") && !health.Body.Contains("store"), "with a store");
        Assert.True(File.Exists(path));
        Assert.False(File.Exists(_folder.File("short.db")));
    }
}
