using System.Globalization;
using TechTemp.Load.Clients;

namespace TechTemp.Load.Rows;

/// <summary>A broker, a new PostgreSQL database, and workers that have some homes each. The broker sends each reading to one of them (<c>Ingest:OtherHomes=false</c>).</summary>
internal sealed class WorkerSite : IAsyncDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);
    private static int s_databases;

    private readonly string _database;
    private readonly int _count;
    private readonly List<HostProcess> _workers = [];

    private WorkerSite(MosquittoProcess broker, string database, int count) => (Broker, _database, _count) = (broker, database, count);

    /// <summary>The homes.</summary>
    public static IReadOnlyList<string> Homes { get; } = ["h1", "h2", "h3", "h4", "h5", "h6"];

    /// <summary>The broker, with the configuration of infrastructure/mosquitto.</summary>
    public MosquittoProcess Broker { get; }

    /// <summary>What is stored.</summary>
    public StoredReadings Store { get; private set; } = null!;

    /// <summary>Starts all of it.</summary>
    public static async Task<WorkerSite> StartAsync(PostgresProcess server, int workers)
    {
        var database = await server.CreateDatabaseAsync(string.Create(CultureInfo.InvariantCulture, $"workers{Interlocked.Increment(ref s_databases)}"));
        var site = new WorkerSite(await MosquittoProcess.StartAsync(MosquittoConfiguration.Ours), database, workers);
        try
        {
            await site.StartWorkersAsync();
            site.Store = StoredReadings.OfDatabase(database);
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the workers, and waits until each answers a question about its health: the broker may be away.</summary>
    public async Task StartWorkersAsync()
    {
        for (var worker = 0; worker < _count; worker++)
        {
            _workers.Add(HostProcess.Start(
                PublishedHosts.Ingest,
                [
                    new("DB_URL", _database),
                    new("MQTT_URL", Broker.Url),
                    new("LOG_LEVEL", "Warning"),
                    new("Ingest__Worker", string.Create(CultureInfo.InvariantCulture, $"w{worker}")),
                    new("Ingest__Homes", string.Join(',', Homes.Where((_, home) => home % _count == worker))),
                    new("Ingest__OtherHomes", "false"),
                ]));
        }

        await Task.WhenAll(_workers.Select(worker => worker.HealthAsync(health => health.Status != 0, "answered", s_deadline)));
    }

    /// <summary>Completes when each home is subscribed by its worker.</summary>
    public Task DivideAsync() => Eventually.TrueAsync(
        () => Store.Scalar("SELECT count(*) FROM ingest_homes, ingest_division WHERE NOT is_released AND standing = connection;") == Homes.Count, "the homes are divided", s_deadline);

    /// <summary>Stops the workers; the broker keeps their sessions.</summary>
    public async Task StopWorkersAsync()
    {
        await Task.WhenAll(_workers.Select(worker => worker.StopAsync()));
        await Task.WhenAll(_workers.Select(worker => worker.DisposeAsync().AsTask()));
        _workers.Clear();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Store?.Dispose();
        await Task.WhenAll(_workers.Select(worker => worker.DisposeAsync().AsTask()));
        await Broker.DisposeAsync();
    }
}
