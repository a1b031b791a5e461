using TechTemp.Testing.Otlp;

namespace TechTemp.Dashboard.Tests.Telemetry;

/// <summary>Every program as a process of its own, around a real Mosquitto, exporting to one collector, while somebody looks at the dashboard.</summary>
public sealed class TracedSite : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<IAsyncDisposable> _started = [];
    private readonly SemaphoreSlim _once = new(1);

    /// <summary>The collector.</summary>
    public OtlpCollector Collector { get; } = new();

    /// <summary>Broker, ingest and API.</summary>
    public TechTempStack Stack { get; private set; } = null!;

    /// <summary>The page that somebody looks at.</summary>
    public Visit Visit { get; private set; } = null!;

    /// <summary>Starts everything, once.</summary>
    public async Task<TracedSite> StartedAsync(Browser browser)
    {
        await _once.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (Visit is null)
            {
                await StartAsync(browser);
            }

            return this;
        }
        finally
        {
            _once.Release();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        for (var i = _started.Count - 1; i >= 0; i--)
        {
            await _started[i].DisposeAsync();
        }

        await Collector.DisposeAsync();
        _folder.Dispose();
        _once.Dispose();
    }

    private async Task StartAsync(Browser browser)
    {
        Stack = Keep(await TechTempStack.StartAsync(MosquittoConfiguration.Ours, Collector.Settings));
        Dictionary<string, string> settings = new()
        {
            ["API_URL"] = $"http://127.0.0.1:{Stack.Api.Settings["HTTP_PORT"]}",
            // It has nothing to log while all is well.
            ["Logging__LogLevel__Microsoft.AspNetCore.Hosting"] = "Information",
        };
        foreach (var (name, value) in Collector.Settings)
        {
            settings[name] = value;
        }

        var dashboard = Keep(await HostProcess.StartHealthyAsync("clients/TechTemp.Dashboard", settings));
        var visit = Keep(await browser.VisitAsync($"http://127.0.0.1:{dashboard.Settings["HTTP_PORT"]}"));
        await visit.OpenAsync("/");
        await Assertions.Expect(visit.Page.Locator("[data-feed=live]")).ToBeAttachedAsync();
        Keep(Simulator.Start(Stack.Broker.Url, _folder.Path, Collector.Settings));
        Visit = visit;
    }

    private T Keep<T>(T started)
        where T : IAsyncDisposable
    {
        _started.Add(started);
        return started;
    }
}
