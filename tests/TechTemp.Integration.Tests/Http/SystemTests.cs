using System.Globalization;

namespace TechTemp.Integration.Tests.Http;

/// <summary>GET /api/v1/system.</summary>
public sealed class SystemTests(SharedStacks stacks) : ApiTest(stacks)
{
    [Fact]
    public async Task It_says_what_health_says()
    {
        var system = await Http.DataAsync("/api/v1/system");

        Assert.Equal("degraded", (string?)system["status"]);
        Assert.Equal(["broker degraded", "clock ok", "store ok"], system["checks"]!.AsArray().Select(c => $"{(string?)c!["name"]} {(string?)c["status"]}"));
        Assert.Matches(@"^\d+\.\d+\.\d+$", (string)system["version"]!);
        Assert.True(DateTimeOffset.Parse((string)system["started_at"]!, CultureInfo.InvariantCulture) < TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public async Task It_counts_the_readings_of_the_last_minutes()
    {
        var now = TimeProvider.System.GetUtcNow();
        await StoreAllAsync(new[] { -120, -60 }.Select(s => ApiTime(now.AddSeconds(s))));

        var readings = (await Http.DataAsync("/api/v1/system"))["readings"]!;

        Assert.Equal(5, (int)readings["over_minutes"]!);
        // Other tests store readings of now as well.
        Assert.True((double)readings["per_minute"]! >= 2 / 5.0);
    }

    [Fact]
    public async Task It_tells_the_size_of_the_store_and_what_the_disk_has_left()
    {
        var store = (await Http.DataAsync("/api/v1/system"))["store"]!;

        if (PostgresServer.IsUsed)
        {
            Assert.True((long)store["bytes"]! > 0);
            Assert.Null(store["disk_free_bytes"]);
        }
        else
        {
            Assert.Equal(new FileInfo(Api.StorePath).Length, (long)store["bytes"]!);
            Assert.True((long)store["disk_free_bytes"]! > 0);
        }

        Assert.True((long)store["unused_bytes"]! >= 0);
    }

    [Fact]
    public async Task An_API_without_ingest_in_its_process_does_not_know_what_is_in_hand()
    {
        var backlog = (await Http.DataAsync("/api/v1/system"))["backlog"]!.AsObject();

        Assert.True(backlog.ContainsKey("in_hand"));
        Assert.Null(backlog["in_hand"]);
        Assert.True((long)backlog["held"]! >= 0);
        Assert.True((long)backlog["missing"]! >= 0);
    }

    [Fact]
    public async Task It_counts_devices_by_status()
    {
        await StoreAsync("2020-01-01T00:00:00Z");

        Assert.True((int)(await Http.DataAsync("/api/v1/system"))["devices"]!["offline"]! >= 1);
    }

    [Fact]
    public async Task It_tells_how_far_sealing_is()
    {
        // No ingest runs that would seal.
        await using var api = await ApiOverStore.StartAsync();
        var yesterday = TimeProvider.System.GetUtcNow().UtcDateTime.Date.AddDays(-1);
        await api.StoreAsync("s1", new[] { -9, -7, 0 }.Select(day => (ApiTime(yesterday.AddDays(day)), 20.0, 50.0)));

        var sealing = (await api.Http.DataAsync("/api/v1/system"))["sealing"]!;

        Assert.Equal((9, 7), ((long)sealing["finished_days"]!, (long)sealing["sealed_days"]!));
        Assert.Equal(ApiTime(yesterday.AddDays(-9)), (string?)sealing["oldest_unsealed"]);
        Assert.Empty(sealing["damaged"]!.AsArray());
    }

    [Fact]
    public async Task Without_its_figures_it_never_says_ok()
    {
        await using var api = await ApiOverStore.StartAsync();
        await api.ExecuteAsync("DROP TABLE sequence_gaps;");

        var system = await api.Http.DataAsync("/api/v1/system");

        Assert.Equal("failed", (string?)system["status"]);
        Assert.Contains("store failed", system["checks"]!.AsArray().Select(c => $"{(string?)c!["name"]} {(string?)c["status"]}"));
        Assert.Null(system["store"]);
    }

    private static string ApiTime(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
