using System.Globalization;
using System.Text.Json.Nodes;

namespace TechTemp.Integration.Tests.Http;

/// <summary>A test with a device of its own on the shared API.</summary>
[Trait("Store", "any")]
public abstract class ApiTest(SharedStacks stacks) : IAsyncLifetime
{
    protected string Device { get; } = Unique.Uid();

    protected ApiOverStore Api { get; private set; } = null!;

    protected ApiClient Http => Api.Http;

    protected string DevicePath => $"/api/v1/devices/{Device}";

    protected string ReadingsPath => $"/api/v1/devices/{Device}/readings";

    public async ValueTask InitializeAsync() => Api = await stacks.ApiAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Stores one reading of the device.</summary>
    protected Task StoreAsync(string ts, double temperature = 21, double humidity = 50) => Api.StoreAsync(Device, (ts, temperature, humidity));

    /// <summary>Stores readings of the device that differ in their time.</summary>
    protected Task StoreAllAsync(params IEnumerable<string> times) => Api.StoreAsync(Device, times.Select(ts => (ts, 21.0, 50.0)));

    /// <summary>Gives the device a place.</summary>
    protected async Task ProvisionAsync(string roomName, string? roomUid = null, string? home = null) =>
        Assert.Equal(201, (await Http.PostAsync("/api/v1/devices", new { device_uid = Device, room_name = roomName, room_uid = roomUid, home })).Status);

    /// <summary>The device's history of rooms, oldest first; times are unix milliseconds.</summary>
    protected async Task<IReadOnlyList<(string Room, long From, long? To)>> PlacementsAsync() =>
        [.. (await Http.DataAsync(DevicePath + "/placements")).AsArray().Select(p => ((string)p!["room"]!["uid"]!, Ts(p["from"])!.Value, Ts(p["to"]))).OrderBy(p => p.Item2)];

    /// <summary>The times of an answer's rows.</summary>
    protected static IEnumerable<string?> Times(JsonNode data) => data.AsArray().Select(row => (string?)row!["ts"]);

    private static long? Ts(JsonNode? time) => time is null ? null : DateTimeOffset.Parse((string)time!, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();

    /// <summary>Every error has this shape.</summary>
    protected static void AssertProblem(Answer answer, int status, params string[] fields)
    {
        Assert.Equal(status, answer.Status);
        Assert.Equal("application/problem+json", answer.Header("Content-Type"));
        var problem = answer.Json;
        Assert.Equal(status, (int)problem["status"]!);
        Assert.NotEmpty((string)problem["title"]!);
        Assert.NotEmpty((string)problem["type"]!);
        Assert.NotEmpty((string)problem["detail"]!);
        Assert.Equal((string?)problem["detail"], (string?)problem["error"]);
        Assert.DoesNotContain("   at ", answer.Body, StringComparison.Ordinal);
        if (fields.Length > 0)
        {
            Assert.Equal(fields.Order(), problem["errors"]!.AsObject().Select(p => p.Key).Order());
            Assert.All(problem["errors"]!.AsObject(), field => Assert.NotEmpty(field.Value!.AsArray()));
        }
    }
}
