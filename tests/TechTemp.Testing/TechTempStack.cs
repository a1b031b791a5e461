namespace TechTemp.Testing;

/// <summary>Mosquitto, ingest and API as separate processes over one store, as a deployment has them.</summary>
public sealed class TechTempStack : IAsyncDisposable
{
    private readonly TempFolder _folder = new();

    private TechTempStack(MosquittoProcess broker, IEnumerable<KeyValuePair<string, string>> settings)
    {
        Broker = broker;
        Settings = new(settings) { ["MQTT_URL"] = broker.Url, ["DB_PATH"] = StorePath, ["LOG_LEVEL"] = "info" };
    }

    /// <summary>The broker.</summary>
    public MosquittoProcess Broker { get; }

    /// <summary>Ingest; a test may stop it and start another one.</summary>
    public HostProcess Ingest { get; private set; } = null!;

    /// <summary>The API.</summary>
    public HostProcess Api { get; private set; } = null!;

    /// <summary>A client of the API.</summary>
    public ApiClient Http => Api.Http;

    /// <summary>The settings that ingest and API share.</summary>
    public Dictionary<string, string> Settings { get; }

    /// <summary>The SQLite file.</summary>
    public string StorePath => _folder.File("store/techtemp.db");

    /// <summary>Starts all three and waits until they are ready. Skips the test without Mosquitto.</summary>
    public static async Task<TechTempStack> StartAsync(MosquittoConfiguration configuration, params (string Name, string Value)[] settings)
    {
        var stack = new TechTempStack(MosquittoProcess.Create(configuration), settings.Select(s => KeyValuePair.Create(s.Name, s.Value)));
        try
        {
            await PostgresServer.AddToAsync(stack.Settings);
            await stack.Broker.StartAsync();
            await stack.StartIngestAsync();
            stack.Api = await HostProcess.StartHealthyAsync("TechTemp.Api", stack.Settings);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts ingest and waits until it is ready; the one before must have ended.</summary>
    public async Task StartIngestAsync()
    {
        if (Ingest is not null)
        {
            await Ingest.DisposeAsync();
        }

        Ingest = await HostProcess.StartHealthyAsync("TechTemp.Ingest", Settings);
    }

    /// <summary>The number of a device's stored readings, asked of the API; 0 for an unknown one.</summary>
    public async Task<int> CountAsync(string device)
    {
        var answer = await Http.GetAsync($"/api/v1/devices/{device}/readings?bucket=P1D");
        return answer.Status == 404 ? 0 : answer.Data.AsArray().Sum(bucket => (int)bucket!["count"]!);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var process in new IAsyncDisposable?[] { Api, Ingest, Broker })
        {
            await (process?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        _folder.Dispose();
    }
}
