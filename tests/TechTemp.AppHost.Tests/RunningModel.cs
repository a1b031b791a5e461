using System.Diagnostics;
using System.Reflection;
using TechTemp.AppHost.Development;
using TechTemp.AppHost.Tests;

[assembly: AssemblyFixture(typeof(RunningModel))]

namespace TechTemp.AppHost.Tests;

/// <summary>
/// The model started by Aspire's orchestrator, with a container, by the first test that asks for it, with data of its own. Its ports are
/// Aspire's choice, so it runs beside a developer's.
/// </summary>
public class RunningModel : IAsyncLifetime
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);

    private readonly TempFolder _data = new();
    private readonly Lazy<Task<DistributedApplication>> _started;
    private readonly string[] _options;

    public RunningModel()
        : this([])
    {
    }

    /// <summary>A model with options of the AppHost's command line.</summary>
    protected RunningModel(params string[] options) => (_options, _started) = (options, new(StartAsync));

    /// <summary>The folder of its data.</summary>
    internal string DataFolder => _data.Path;

    /// <summary>The running application, every resource healthy. Skips the test where the machine lacks what it needs.</summary>
    internal Task<DistributedApplication> ApplicationAsync()
    {
        Require();
        return _started.Value;
    }

    /// <summary>Skips the test where the orchestrator or the engine is missing; in CI, which has both, that is a failure.</summary>
    internal static void Require()
    {
        var orchestrator = typeof(Projects.TechTemp_AppHost).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(a => a.Key.Equals("dcpclipath", StringComparison.OrdinalIgnoreCase))?.Value;
        Require(File.Exists(orchestrator), "Aspire's orchestrator is not here (package Aspire.Hosting.Orchestration)");
        Require(File.Exists("/var/run/docker.sock"), "no container engine answers at /var/run/docker.sock (Debian package docker.io)");
    }

    /// <summary>Skips the test where the machine lacks something; in CI, which has everything, that is a failure.</summary>
    internal static void Require(bool condition, string what)
    {
        Assert.False(!condition && Environment.GetEnvironmentVariable("CI") is { Length: > 0 }, $"CI must have this: {what}");
        Assert.SkipUnless(condition, what);
    }

    /// <summary>Asks the container engine.</summary>
    /// <returns>What it answered, a line each.</returns>
    internal static async Task<string[]> EngineAsync(params string[] arguments)
    {
        using var engine = Process.Start(new ProcessStartInfo("docker", arguments) { RedirectStandardOutput = true })!;
        var output = await engine.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await engine.WaitForExitAsync(CancellationToken.None);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <inheritdoc />
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_started is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            var application = await _started.Value;
            await application.StopAsync(CancellationToken.None);
            await application.DisposeAsync();
            foreach (var volume in new[] { ResourceNames.MosquittoData, ResourceNames.PostgresData })
            {
                await EngineAsync("volume", "rm", "--force", LocalData.VolumeName(_data.Path, volume));
            }
        }

        _data.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task<DistributedApplication> StartAsync()
    {
        using var timeout = new CancellationTokenSource(s_deadline);
        var model = await Model.RunModeAsync(_data, _options);
        var application = await model.BuildAsync(timeout.Token);
        await application.StartAsync(timeout.Token);
        foreach (var project in model.Resources.OfType<ProjectResource>())
        {
            await application.ResourceNotifications.WaitForResourceHealthyAsync(project.Name, timeout.Token);
        }

        return application;
    }
}
