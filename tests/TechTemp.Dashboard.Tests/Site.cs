using System.Globalization;
using TechTemp.Dashboard.Tests;

[assembly: AssemblyFixture(typeof(DemoSite))]

namespace TechTemp.Dashboard.Tests;

/// <summary>Standalone as a process, with a store of its own.</summary>
public sealed class Site : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly int _mqttPort = FreePort.Next();

    private Site()
    {
    }

    /// <summary>The process.</summary>
    public HostProcess Host { get; private set; } = null!;

    /// <summary>Where the dashboard is.</summary>
    public string Address => $"http://127.0.0.1:{Host.Settings["HTTP_PORT"]}";

    /// <summary>The file of its store.</summary>
    public string Store => _folder.File("techtemp.db");

    /// <summary>A client of the API.</summary>
    public ApiClient Http => Host.Http;

    /// <summary>Publishes over MQTT. Needs Debian's mosquitto-clients.</summary>
    public MosquittoClient Mqtt => new(_mqttPort);

    /// <summary>Starts it and waits until it is healthy.</summary>
    public static async Task<Site> StartAsync(params string[] arguments)
    {
        var site = new Site();
        site.Host = await HostProcess.StartHealthyAsync(
            "TechTemp.Standalone",
            new Dictionary<string, string>
            {
                ["MQTT_PORT"] = site._mqttPort.ToString(CultureInfo.InvariantCulture),
                ["DB_PATH"] = site.Store,
            },
            arguments);
        return site;
    }

    /// <summary>Publishes a reading of now.</summary>
    public Task PublishAsync(string device, double temperature, double humidity, DateTimeOffset? ts = null) => Mqtt.PublishAsync(
        $"home/h/sensors/{device}/reading",
        string.Create(CultureInfo.InvariantCulture, $$"""{"ts":{{(ts ?? TimeProvider.System.GetUtcNow()).ToUnixTimeMilliseconds()}},"temperature_c":{{temperature}},"humidity_pct":{{humidity}}}"""));

    /// <summary>Publishes a reading of now from a device that stands in a room.</summary>
    public async Task PlaceAsync(string device, string room, double temperature, double humidity)
    {
        await PublishAsync(device, temperature, humidity);
        Assert.Equal(201, (await Http.PostAsync("/api/v1/devices", new { device_uid = device, room_name = room })).Status);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>Standalone with its demo, started by the first test that asks for it and shared: a test that changes something starts a <see cref="Site"/> of its own.</summary>
public sealed class DemoSite : IAsyncDisposable
{
    // A week of readings of six sensors is written, each sensor's in one batch, while other tests start programs of their own.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly Lazy<Task<Site>> _site = new(StartAsync);

    /// <summary>The site, with six rooms and a week of history.</summary>
    public Task<Site> SiteAsync() => _site.Value;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_site is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await _site.Value).DisposeAsync();
        }
    }

    private static async Task<Site> StartAsync()
    {
        var site = await Site.StartAsync("--demo");
        await Eventually.TrueAsync(
            async () => (await site.Http.DataAsync("/api/v1/rooms")).AsArray().Count == 6 && (await site.Http.DataAsync("/api/v1/readings/latest")).AsArray().Count == 6,
            "six rooms measure",
            s_patience);
        await Eventually.TrueAsync(
            async () => (await site.Http.GetAsync("/api/v1/devices/demo-kitchen/readings?bucket=day")) is { Status: 200 } answer && answer.Data.AsArray().Count >= 8,
            "a week of days is there",
            s_patience);
        return site;
    }
}
