using TechTemp.Load.Clients;

namespace TechTemp.Load.Rows;

/// <summary>A broker, and ingest with a store of its own.</summary>
internal sealed class IngestSite : IAsyncDisposable
{
    // On a machine that is busy otherwise.
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    private readonly TempFolder _folder = new();
    private readonly string? _database;
    private HostProcess? _ingest;

    private IngestSite(MosquittoProcess broker, string? database) => (Broker, _database) = (broker, database);

    /// <summary>The broker, with the configuration of infrastructure/mosquitto.</summary>
    public MosquittoProcess Broker { get; }

    /// <summary>Ingest, while it runs.</summary>
    public HostProcess Ingest => _ingest ?? throw new InvalidOperationException("Ingest is stopped.");

    /// <summary>What it has stored.</summary>
    public StoredReadings Store { get; private set; } = null!;

    /// <summary>Starts both.</summary>
    /// <param name="database">The connection string of a new PostgreSQL database; null for a SQLite file.</param>
    public static async Task<IngestSite> StartAsync(string? database = null)
    {
        var site = new IngestSite(await MosquittoProcess.StartAsync(MosquittoConfiguration.Ours), database);
        try
        {
            site.StartIngest();
            await site.Ingest.HealthAsync(health => health.Status == 200, "healthy", s_deadline);
            site.Store = database is null ? new(site.File("techtemp.db")) : StoredReadings.OfDatabase(database);
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts ingest, and waits for nothing. Once it has started it seals nothing: readings are counted as rows.</summary>
    public void StartIngest() => _ingest = HostProcess.Start(
        PublishedHosts.Ingest,
        [
            _database is null ? new("DB_PATH", File("techtemp.db")) : new("DB_URL", _database),
            new("MQTT_URL", Broker.Url),
            new("LOG_LEVEL", "Warning"),
            new("Store__SealInterval", "1.00:00:00"),
        ]);

    /// <summary>Stops ingest; the broker keeps its session.</summary>
    public async Task StopIngestAsync()
    {
        await Ingest.StopAsync();
        await Ingest.DisposeAsync();
        _ingest = null;
    }

    /// <summary>The path of a file of its own.</summary>
    public string File(string name) => _folder.File(name);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Store?.Dispose();
        await (_ingest?.DisposeAsync() ?? ValueTask.CompletedTask);
        await Broker.DisposeAsync();
        _folder.Dispose();
    }
}
