using System.Globalization;

namespace TechTemp.Integration.Tests.Standalone;

/// <summary>Standalone as a process with a store of its own, which may be started again over the same store.</summary>
internal sealed class StandaloneRun : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, string> _settings;
    private readonly string[] _arguments;

    private StandaloneRun(IEnumerable<(string Name, string Value)> settings, string[] arguments)
    {
        MqttPort = FreePort.Next();
        _arguments = arguments;
        _settings = new()
        {
            ["MQTT_PORT"] = MqttPort.ToString(CultureInfo.InvariantCulture),
            ["DB_PATH"] = _folder.File("store/techtemp.db"),
        };
        foreach (var (name, value) in settings)
        {
            _settings[name] = value;
        }
    }

    public int MqttPort { get; }

    public MosquittoClient Client => new(MqttPort);

    public HostProcess Host { get; private set; } = null!;

    public ApiClient Http => Host.Http;

    /// <summary>Starts it and waits until it is healthy. Skips the test without Mosquitto's clients.</summary>
    public static Task<StandaloneRun> StartAsync(params (string Name, string Value)[] settings) => StartAsync([], settings);

    public static async Task<StandaloneRun> StartAsync(string[] arguments, params (string Name, string Value)[] settings)
    {
        Assert.SkipUnless(Programs.Find("mosquitto_pub") is not null, "mosquitto_pub is not installed (Debian package mosquitto-clients)");
        var run = new StandaloneRun(settings, arguments);
        await run.StartAgainAsync();
        return run;
    }

    /// <summary>Starts it over the same store; the one before must have ended.</summary>
    public async Task StartAgainAsync()
    {
        if (Host is not null)
        {
            await Host.DisposeAsync();
        }

        Host = await HostProcess.StartHealthyAsync("TechTemp.Standalone", _settings, _arguments);
    }

    /// <summary>A publish as a client with these arguments sees it: mosquitto_pub's exit code.</summary>
    public async Task<int> TryPublishAsync(string topic, string payload, params string[] arguments)
    {
        await using var process = new ChildProcess(
            "mosquitto_pub",
            ["-h", "127.0.0.1", "-p", MqttPort.ToString(CultureInfo.InvariantCulture), "-q", "1", "-t", topic, "-m", payload, .. arguments]);
        return await process.ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Host is not null)
        {
            await Host.DisposeAsync();
        }

        _folder.Dispose();
    }
}
