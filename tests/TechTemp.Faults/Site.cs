using System.Diagnostics;
using System.Globalization;
using TechTemp.Faults.Books;
using TechTemp.Faults.Publishers;

namespace TechTemp.Faults;

/// <summary>Mosquitto with our configuration, ingest, and a store (a file in the run's folder, or a database of its own), each to be harmed by itself.</summary>
internal sealed class Site : IAsyncDisposable
{
    private const string OnlyWorker = "";
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_standstill = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_longestStart = TimeSpan.FromMinutes(2);

    // By the name of the worker.
    private readonly Dictionary<string, HostProcess> _ingests = [];

    private Site(FaultRun run, MosquittoProcess broker, IReadOnlyList<PostgresProcess> servers, IEnumerable<(string Name, string Value)> settings)
    {
        (Broker, Server) = (broker, servers is [var first, ..] ? first : null);
        Settings = new() { ["MQTT_URL"] = broker.Url, ["LOG_LEVEL"] = "info" };
        foreach (var (name, value) in settings)
        {
            Settings[name] = value;
        }

        if (Server is null)
        {
            Settings.TryAdd("DB_PATH", Path.Combine(run.Folder, "store", "techtemp.db"));
            Store = new StoreFile(Settings["DB_PATH"]);
        }
        else
        {
            var database = run.NextDatabase();
            StoreDatabase.Create(Server, database);
            var hosts = string.Join(',', servers.Select(s => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{s.Port}")));
            var connectionString = $"Host={hosts};Database={database};Username={PostgresProcess.User}";
            // Several servers only in this form.
            Settings["DB_URL"] = servers.Count > 1 ? connectionString : $"postgres://{PostgresProcess.User}@{hosts}/{database}";
            Store = new StoreDatabase(servers.Count > 1 ? $"{connectionString};Target Session Attributes=primary" : connectionString);
        }
    }

    /// <summary>The broker.</summary>
    public MosquittoProcess Broker { get; }

    /// <summary>The ingest of now, where it is the only worker.</summary>
    public HostProcess Ingest => _ingests[OnlyWorker];

    /// <summary>The PostgreSQL that the store is in; null for a file.</summary>
    public PostgresProcess? Server { get; }

    /// <summary>The store.</summary>
    public Store Store { get; }

    /// <summary>The store of a fault that is about its file.</summary>
    public StoreFile File => (StoreFile)Store;

    /// <summary>The settings of ingest, and of whatever runs beside it.</summary>
    public Dictionary<string, string> Settings { get; }

    /// <summary>The process of now of one of several workers.</summary>
    public HostProcess this[string worker] => _ingests[worker];

    /// <summary>A site with its broker running and no ingest yet.</summary>
    public static async Task<Site> CreateAsync(FaultRun run, params IEnumerable<(string Name, string Value)> settings)
    {
        IReadOnlyList<PostgresProcess> servers = await run.ServerAsync() is { } server ? [server] : [];
        return await CreateOnAsync(run, servers, settings);
    }

    /// <summary>A site whose store is on servers of its own, the first of which is the primary, with its broker running and no ingest yet.</summary>
    public static async Task<Site> CreateOnAsync(FaultRun run, IReadOnlyList<PostgresProcess> servers, params IEnumerable<(string Name, string Value)> settings) =>
        new(run, await MosquittoProcess.StartAsync(MosquittoConfiguration.Ours), servers, settings);

    /// <summary>A site whose broker has accounts, for ingest and for these; ingest does not run yet.</summary>
    public static async Task<Site> CreateWithAccountsAsync(FaultRun run, params IEnumerable<string> accounts)
    {
        IReadOnlyList<PostgresProcess> servers = await run.ServerAsync() is { } server ? [server] : [];
        var broker = MosquittoProcess.Create(MosquittoConfiguration.Accounts);
        foreach (var account in accounts.Append("ingest"))
        {
            await broker.AddAccountAsync(account);
        }

        await broker.StartAsync();
        return new(run, broker, servers, [("MQTT_URL", string.Create(CultureInfo.InvariantCulture, $"mqtt://ingest:{MosquittoProcess.Password("ingest")}@127.0.0.1:{broker.InternalPort}"))]);
    }

    /// <summary>A site with broker and ingest running.</summary>
    public static async Task<Site> StartAsync(FaultRun run, params IEnumerable<(string Name, string Value)> settings)
    {
        var site = await CreateAsync(run, settings);
        try
        {
            await site.StartIngestAsync();
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until something of theirs is stored that was not.</summary>
    public Task StoresAsync(Fleet fleet)
    {
        var before = Store.SumOfNewest(fleet.Books);
        return Eventually.TrueAsync(() => Store.SumOfNewest(fleet.Books) > before, "readings are stored", TimeSpan.FromMinutes(1));
    }

    /// <summary>Starts ingest and waits for nothing; the one before must have ended.</summary>
    /// <param name="worker">Its name, where it is one of several workers.</param>
    public async Task LaunchIngestAsync(string worker = OnlyWorker)
    {
        if (_ingests.Remove(worker, out var before))
        {
            await before.DisposeAsync();
        }

        _ingests[worker] = HostProcess.Start("TechTemp.Ingest", new Dictionary<string, string>(Settings) { ["Ingest__Worker"] = worker });
    }

    /// <summary>Starts ingest and waits until it is healthy; the one before must have ended.</summary>
    /// <inheritdoc cref="LaunchIngestAsync"/>
    public async Task StartIngestAsync(string worker = OnlyWorker)
    {
        await LaunchIngestAsync(worker);
        await HealthyAsync(worker);
    }

    /// <summary>Waits until ingest is healthy, or degraded and at work.</summary>
    /// <inheritdoc cref="LaunchIngestAsync"/>
    public Task HealthyAsync(string worker = OnlyWorker) => _ingests[worker].HealthAsync(health => health.Status == 200, "healthy", s_longestStart);

    /// <summary>Hands ingest over to the caller, who disposes it.</summary>
    public HostProcess ReleaseIngest()
    {
        _ingests.Remove(OnlyWorker, out var ingest);
        return ingest!;
    }

    /// <summary>Ends ingest by SIGKILL and waits for its end.</summary>
    /// <inheritdoc cref="LaunchIngestAsync"/>
    public async Task KillIngestAsync(string worker = OnlyWorker)
    {
        _ingests[worker].Kill();
        await _ingests[worker].ExitAsync();
    }

    /// <summary>
    /// Waits until ingest is healthy, and then until the store has as many readings as were acknowledged, or until nothing comes any more: what
    /// is missing then, the comparison tells.
    /// </summary>
    public async Task SettleAsync(IEnumerable<Book> books)
    {
        // An ingest that is only starting stores nothing yet.
        await Task.WhenAll(_ingests.Keys.Select(HealthyAsync));
        await SettleAsync(Store, books.Sum(b => b.Acknowledged));
    }

    /// <summary>Waits until the store has as many readings as were acknowledged, or until nothing comes any more.</summary>
    public static async Task SettleAsync(Store store, int expected)
    {
        using var timer = new PeriodicTimer(s_interval);
        var (stored, since) = (-1, Stopwatch.GetTimestamp());
        while (Stopwatch.GetElapsedTime(since) < s_standstill)
        {
            var now = store.CountReadings();
            if (now >= expected)
            {
                return;
            }

            if (now > stored)
            {
                (stored, since) = (now, Stopwatch.GetTimestamp());
            }

            await timer.WaitForNextTickAsync();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var ingest in _ingests.Values)
        {
            await ingest.DisposeAsync();
        }

        await Broker.DisposeAsync();
        Store.Dispose();
    }
}
