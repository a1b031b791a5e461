using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace TechTemp.Compose.Tests;

/// <summary>
/// The stack of infrastructure/compose, made as docs/operations.md says from a copy of this repository: nothing of the
/// repository's own folder, and no stack that somebody runs from it, is touched.
/// </summary>
public class ComposeStack : IAsyncDisposable
{
    private const string Sensor = "living-room";

    private static readonly string[] s_services = ["mosquitto", "ingest", "api", "dashboard"];
    private static readonly string[] s_notOfTheSources = ["bin", "obj", ".git", "TestResults", "artifacts", "data", "secrets", "certificates", ".env"];

    private readonly string _copy = Directory.CreateTempSubdirectory("techtemp-compose-").FullName;
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromSeconds(1) }) { Timeout = TimeSpan.FromSeconds(5) };
    private readonly Lazy<Task> _start;
    private readonly string _file;
    private readonly IReadOnlyList<string> _services;
    private Engine? _engine;
    private NetworkInterfaces? _interfaces;
    private string _password = "";

    public ComposeStack()
        : this(ComposeFile.Sqlite, s_services)
    {
    }

    /// <summary>A stack of another compose file.</summary>
    protected ComposeStack(string file, IReadOnlyList<string> services) => (_file, _services, _start) = (file, services, new(StartAsync));

    /// <summary>Builds and starts it, once, and waits until every service is healthy. Skips the test where that cannot be.</summary>
    internal Task Started => _start.Value;

    internal Engine Engine => _engine!;

    internal string Project { get; } = $"techtemp-test-{Guid.NewGuid().ToString("n", CultureInfo.InvariantCulture)[..8]}";

    internal int HttpPort { get; } = FreePort.Next();

    internal int MqttPort { get; } = FreePort.Next();

    internal int DashboardPort { get; } = FreePort.Next();

    internal static IEnumerable<string> Services => s_services;

    /// <summary>The copy of the repository.</summary>
    internal string Sources => _copy;

    private string Folder => Path.Combine(_copy, "infrastructure", "compose");

    /// <summary>Removes it with its data.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_engine is not null && Directory.Exists(Folder))
        {
            await Engine.ComposeAsync(Folder, "down", "--volumes", "--timeout", "10");
        }

        _interfaces?.Dispose();
        _http.Dispose();
        Directory.Delete(_copy, recursive: true);
        GC.SuppressFinalize(this);
    }

    internal async Task UpAsync()
    {
        await ComposeAsync("up", "-d");
        await HealthyAsync();
    }

    internal async Task<string> ComposeAsync(params string[] arguments) => (await Engine.ComposeAsync(Folder, arguments)).Succeeded().Output;

    /// <summary>Runs ./credentials and returns what it prints.</summary>
    internal Task<string> CredentialsAsync(params string[] arguments) => Engine.RunAsync(Folder, "credentials", arguments);

    internal async Task HealthyAsync()
    {
        foreach (var service in _services)
        {
            await Eventually.ResultAsync(() => HealthAsync(service), health => health == "healthy", $"{service} is healthy", TimeSpan.FromSeconds(120));
        }
    }

    internal async Task<string> InspectAsync(string service, string format) =>
        (await Engine.DockerAsync("inspect", "-f", format, await ContainerAsync(service))).Output.Trim();

    internal async Task<string> ContainerAsync(string service) => (await ComposeAsync("ps", "-q", service)).Trim();

    /// <summary>Sends a reading as the sensor and returns its temperature, which no other reading has.</summary>
    internal Task<double> SendAsync() => SendAsync(MqttPort, "-u", Sensor, "-P", _password);

    internal static async Task<double> SendAsync(int port, params string[] account)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var temperature = now % 50_000 / 1000.0;
        var payload = string.Create(CultureInfo.InvariantCulture, $$"""{"ts": {{now}}, "temperature_c": {{temperature}}, "humidity_pct": 50}""");
        var outcome = await Machine.RunAsync(
            "mosquitto_pub",
            ["-h", "127.0.0.1", "-p", Text(port), .. account, "-V", "mqttv5", "-q", "1", "-t", $"home/h1/sensors/{Sensor}/reading", "-m", payload]);
        outcome.Succeeded();
        Assert.Empty(outcome.Error);
        return temperature;
    }

    /// <summary>Waits until the API shows a temperature as the sensor's latest.</summary>
    internal Task ShowsAsync(double temperature, int? port = null) =>
        Eventually.ResultAsync(() => LatestAsync(port ?? HttpPort), latest => latest == temperature, $"the API shows {temperature}", TimeSpan.FromSeconds(60));

    /// <summary>What the dashboard answers.</summary>
    internal Task<string> DashboardAsync(string path) => _http.GetStringAsync(new Uri($"http://127.0.0.1:{Text(DashboardPort)}{path}"));

    internal async Task<double?> LatestAsync(int port)
    {
        try
        {
            using var answer = JsonDocument.Parse(await _http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/api/v1/readings/latest?deviceId={Sensor}")));
            return answer.RootElement.GetProperty("data").EnumerateArray().Select(reading => (double?)reading.GetProperty("temperature").GetDouble()).SingleOrDefault();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    /// <summary>Kills a service's process, and waits until there is another.</summary>
    internal async Task DieAsync(string service)
    {
        var process = int.Parse(await InspectAsync(service, "{{.State.Pid}}"), CultureInfo.InvariantCulture);
        using (var dying = Process.GetProcessById(process))
        {
            dying.Kill();
        }

        await Eventually.ResultAsync(
            () => InspectAsync(service, "{{.State.Running}} {{.State.Pid}}"),
            state => state.StartsWith("true ", StringComparison.Ordinal) && state != $"true {process}",
            $"{service} runs again",
            TimeSpan.FromSeconds(60));
    }

    private async Task StartAsync()
    {
        _engine = await Engine.FindAsync();
        Machine.Require(Environment.UserName == "root", "root, for killing the processes in the containers");
        _interfaces = await NetworkInterfaces.HoldAsync();
        Copy(new(Repository.Root), _copy);
        var settings = (await File.ReadAllTextAsync(Path.Combine(Folder, ".env.example")))
            .Replace("COMPOSE_FILE=docker-compose.yaml", $"COMPOSE_FILE={_file}", StringComparison.Ordinal)
            .Replace("COMPOSE_PROJECT_NAME=techtemp\n", $"COMPOSE_PROJECT_NAME={Project}\n", StringComparison.Ordinal)
            .Replace("HTTP_PORT=3000", $"HTTP_PORT={Text(HttpPort)}", StringComparison.Ordinal)
            .Replace("DASHBOARD_PORT=3002", $"DASHBOARD_PORT={Text(DashboardPort)}", StringComparison.Ordinal)
            .Replace("MQTT_PORT=1883", $"MQTT_PORT={Text(MqttPort)}", StringComparison.Ordinal)
            .Replace("TECHTEMP_VERSION=local", "TECHTEMP_VERSION=test", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(Folder, ".env"), settings);
        await CredentialsAsync();
        _password = (await CredentialsAsync(Sensor)).Split(' ')[1];
        await ComposeAsync("build");
        await UpAsync();
    }

    private async Task<string> HealthAsync(string service) =>
        await InspectAsync(service, "{{.State.Health.Status}}");

    internal static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Copy(DirectoryInfo from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in from.EnumerateFiles().Where(file => !s_notOfTheSources.Contains(file.Name)))
        {
            file.CopyTo(Path.Combine(to, file.Name));
        }

        foreach (var folder in from.EnumerateDirectories().Where(folder => !s_notOfTheSources.Contains(folder.Name)))
        {
            Copy(folder, Path.Combine(to, folder.Name));
        }
    }
}
