using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace TechTemp.Testing;

/// <summary>One of our programs, run as a process of its own with settings from the environment, as a deployment runs it.</summary>
public sealed class HostProcess : IAsyncDisposable
{
    private readonly TempFolder _workingFolder = new();
    private readonly ChildProcess _process;

    private HostProcess(string project, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> settings)
    {
        Settings = settings.ToDictionary();
        Settings.TryAdd("HTTP_PORT", FreePort.Next().ToString(CultureInfo.InvariantCulture));
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Repository.Program(project), .. arguments])
        {
            WorkingDirectory = _workingFolder.Path,
        };
        // Whoever runs the tests may have settings of their own.
        foreach (var name in new[] { "MQTT_URL", "MQTT_USERNAME", "MQTT_PASSWORD", "MQTT_PORT", "DB_PATH", "DB_URL", "DB_PASSWORD", "LOG_LEVEL", "ASPNETCORE_URLS", "API_URL", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT" })
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in Settings)
        {
            start.Environment[name] = value;
        }

        _process = new(start);
    }

    /// <summary>Its settings: environment variables.</summary>
    public Dictionary<string, string> Settings { get; }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>The folder that it was started in, gone with it.</summary>
    public string WorkingFolder => _workingFolder.Path;

    /// <summary>A client of its HTTP.</summary>
    public ApiClient Http => new(new($"http://127.0.0.1:{Settings["HTTP_PORT"]}"));

    /// <summary>What it wrote to standard output so far.</summary>
    public string Output => _process.Output;

    /// <summary>What it wrote to standard error so far.</summary>
    public string Error => _process.Error;

    /// <summary>The most memory that it has had so far, in bytes: its peak resident set (VmHWM in proc(5)). It must be running.</summary>
    public long PeakMemory
    {
        get
        {
            const string Field = "VmHWM:";
            var line = File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith(Field, StringComparison.Ordinal));
            return long.Parse(line[Field.Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) * 1024;
        }
    }

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>The memory that it has in use, in MiB.</summary>
    public double MemoryMiB => _process.MemoryMiB;

    /// <summary>Starts a program and waits for nothing. Without <c>HTTP_PORT</c> it gets a free one. A project in a folder is named with it: <c>clients/TechTemp.Dashboard</c>.</summary>
    public static HostProcess Start(string project, IEnumerable<KeyValuePair<string, string>> settings, params IEnumerable<string> arguments) =>
        new(project, arguments, settings);

    /// <summary>Starts a program and waits until <c>/health</c> says that it can do its work, degraded or not.</summary>
    public static async Task<HostProcess> StartHealthyAsync(string project, IEnumerable<KeyValuePair<string, string>> settings, params IEnumerable<string> arguments)
    {
        var host = Start(project, settings, arguments);
        try
        {
            await host.HealthAsync(health => health.Status == 200, "healthy");
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until <c>/health</c> answers as it should.</summary>
    public Task<Answer> HealthAsync(Func<Answer, bool> condition, string what, TimeSpan? deadline = null) => Eventually.ResultAsync(
        async () =>
        {
            if (HasExited)
            {
                throw new InvalidOperationException($"The process has ended.\n{_process.Describe()}");
            }

            return await Http.TryGetAsync("/health") ?? new(0, new Dictionary<string, string>(), "no answer");
        },
        condition,
        $"/health is {what}",
        deadline,
        details: _process.Describe);

    /// <summary>Waits until its standard output matches: a line comes through the pipe later than the answer to the request that caused it.</summary>
    public Task<string> LogsAsync([StringSyntax(StringSyntaxAttribute.Regex)] string pattern) => Eventually.ResultAsync(
        () => Task.FromResult(Output), output => Regex.IsMatch(output, pattern), $"the output matches '{pattern}'");

    /// <summary>Asks it to end, by SIGTERM, and waits for its end.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> StopAsync(TimeSpan? deadline = null)
    {
        _process.Terminate();
        return ExitAsync(deadline);
    }

    /// <summary>Ends it at once, by SIGKILL.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Lets it stand still, by SIGSTOP, or go on.</summary>
    public void Freeze(bool frozen) => _process.Freeze(frozen);

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> ExitAsync(TimeSpan? deadline = null) => _process.ExitAsync(deadline);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _workingFolder.Dispose();
    }
}
