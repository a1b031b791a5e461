using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using TechTemp.AppHost.Development;

namespace TechTemp.AppHost.Tests;

/// <summary>
/// The AppHost as a developer starts it: <c>dotnet run</c> with its launch profile, in a terminal of its own. Ports, data, volumes and user secrets are the
/// test's, so it runs beside a developer's and leaves theirs alone.
/// </summary>
internal sealed partial class AppHostProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_startDeadline = TimeSpan.FromMinutes(3);

    private readonly TempFolder _folder;
    private readonly ChildProcess _process;

    private AppHostProcess(TempFolder folder)
    {
        _folder = folder;
        var address = Address(FreePort.Next());
        // A session of its own, as a terminal gives it. A parent that ignores SIGINT, as a script's background job does, must not pass that on.
        var start = new ProcessStartInfo("env",
        [
            "--default-signal=INT", "setsid", "dotnet", "run", "--no-build", "--configuration", Repository.Configuration,
            "--project", Repository.File("TechTemp.AppHost"), "--launch-profile", "http",
            "--environment", $"ASPNETCORE_URLS={address}",
            "--environment", $"ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL={Address(FreePort.Next())}",
            "--environment", $"ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL={Address(FreePort.Next())}",
            "--", $"--Data:Folder={DataFolder(folder)}",
        ]);
        // Where .NET looks for user secrets first.
        start.Environment["APPDATA"] = folder.Path;
        _process = new(start);
    }

    /// <summary>Where Aspire's dashboard lets its user in; known once it has started.</summary>
    public string LoginUrl => Login().Match(_process.Output).Value;

    /// <summary>What it wrote.</summary>
    public string Log => _process.Output + _process.Error;

    /// <summary>The folder of its data.</summary>
    public static string DataFolder(TempFolder folder) => folder.File("data");

    /// <summary>Its generated passwords, as its user secrets have them.</summary>
    public static async Task<string> PasswordsAsync(TempFolder folder) => await File.ReadAllTextAsync(
        Directory.GetFiles(folder.Path, "secrets.json", SearchOption.AllDirectories).Single(), TestContext.Current.CancellationToken);

    /// <summary>Its volume at the container engine.</summary>
    public static string Volume(TempFolder folder) => LocalData.VolumeName(DataFolder(folder), ResourceNames.MosquittoData);

    /// <summary>Starts it, and waits until it has printed the address of its dashboard.</summary>
    public static async Task<AppHostProcess> StartAsync(TempFolder folder)
    {
        var started = new AppHostProcess(folder);
        await Eventually.TrueAsync(
            () =>
            {
                Assert.False(started._process.HasExited, started._process.Describe());
                return started.LoginUrl.Length > 0;
            },
            "the AppHost prints the login URL", s_startDeadline);
        return started;
    }

    /// <summary>Ctrl+C: SIGINT to everything in its terminal.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> InterruptAsync(TimeSpan deadline)
    {
        using var interrupt = Process.Start("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -INT -{_process.Id}")]);
        await interrupt.WaitForExitAsync(TestContext.Current.CancellationToken);
        return await _process.ExitAsync(deadline);
    }

    /// <summary>The processes that belong to it: those that have its user secrets, as all that it starts do.</summary>
    public IReadOnlyList<string> Processes() => Processes(_folder);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // After a failed test: Aspire's monitors end what is left of it.
            await InterruptAsync(Eventually.Deadline);
        }

        await _process.DisposeAsync();
    }

    private static List<string> Processes(TempFolder folder)
    {
        var found = new List<string>();
        foreach (var process in Directory.GetDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out _)))
        {
            try
            {
                if (File.ReadAllText(Path.Combine(process, "environ")).Contains($"APPDATA={folder.Path}\0", StringComparison.Ordinal))
                {
                    found.Add(File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' '));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended, or is somebody else's.
            }
        }

        return found;
    }

    private static string Address(int port) => string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}");

    [GeneratedRegex(@"http://\S+/login\?t=[0-9a-f]+")]
    private static partial Regex Login();
}
