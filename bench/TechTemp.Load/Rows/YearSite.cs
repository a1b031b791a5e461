using System.Globalization;

namespace TechTemp.Load.Rows;

/// <summary>A broker, and ingest and API over the store that has a year of readings.</summary>
internal sealed class YearSite : IAsyncDisposable
{
    private YearSite(MosquittoProcess broker) => Broker = broker;

    /// <summary>The broker.</summary>
    public MosquittoProcess Broker { get; }

    /// <summary>Ingest.</summary>
    public HostProcess Ingest { get; private set; } = null!;

    /// <summary>The API.</summary>
    public HostProcess Api { get; private set; } = null!;

    /// <summary>The API's port.</summary>
    public int Port => int.Parse(Api.Settings["HTTP_PORT"], CultureInfo.InvariantCulture);

    /// <summary>Starts the three.</summary>
    /// <param name="run">Whose year.</param>
    /// <param name="program">What to start for a host; null for what was built.</param>
    public static async Task<YearSite> StartAsync(LoadRun run, Func<string, string>? program = null)
    {
        var year = await run.YearAsync();
        var site = new YearSite(await MosquittoProcess.StartAsync(MosquittoConfiguration.Ours));
        try
        {
            KeyValuePair<string, string>[] settings = [new("DB_PATH", year.Path), new("MQTT_URL", site.Broker.Url), new("LOG_LEVEL", "Warning")];
            site.Ingest = await HostProcess.StartHealthyAsync(program?.Invoke(PublishedHosts.Ingest) ?? PublishedHosts.Ingest, settings);
            site.Api = await HostProcess.StartHealthyAsync(program?.Invoke(PublishedHosts.Api) ?? PublishedHosts.Api, settings);
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await (Api?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (Ingest?.DisposeAsync() ?? ValueTask.CompletedTask);
        await Broker.DisposeAsync();
    }
}
