using System.Diagnostics;
using System.Globalization;
using TechTemp.Faults.Books;

namespace TechTemp.Faults;

/// <summary>Mosquitto with our configuration, ingest, and a store in the run's folder, each to be harmed by itself.</summary>
internal sealed class Site : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_standstill = TimeSpan.FromSeconds(15);
    private HostProcess? _ingest;

    private Site(FaultRun run, MosquittoProcess broker, IEnumerable<(string Name, string Value)> settings)
    {
        Broker = broker;
        Settings = new() { ["MQTT_URL"] = broker.Url, ["DB_PATH"] = Path.Combine(run.Folder, "store", "techtemp.db"), ["LOG_LEVEL"] = "info" };
        foreach (var (name, value) in settings)
        {
            Settings[name] = value;
        }

        Store = new(Settings["DB_PATH"]);
    }

    /// <summary>The broker.</summary>
    public MosquittoProcess Broker { get; }

    /// <summary>The ingest of now.</summary>
    public HostProcess Ingest => _ingest!;

    /// <summary>The store.</summary>
    public StoreFile Store { get; }

    /// <summary>The settings of ingest, and of whatever runs beside it.</summary>
    public Dictionary<string, string> Settings { get; }

    /// <summary>A site with its broker running and no ingest yet.</summary>
    public static async Task<Site> CreateAsync(FaultRun run, params IEnumerable<(string Name, string Value)> settings)
    {
        return new(run, await MosquittoProcess.StartAsync(MosquittoConfiguration.Ours), settings);
    }

    /// <summary>A site whose broker has accounts, for ingest and for these; ingest does not run yet.</summary>
    public static async Task<Site> CreateWithAccountsAsync(FaultRun run, params IEnumerable<string> accounts)
    {
        var broker = MosquittoProcess.Create(MosquittoConfiguration.Accounts);
        foreach (var account in accounts.Append("ingest"))
        {
            await broker.AddAccountAsync(account);
        }

        await broker.StartAsync();
        return new(run, broker, [("MQTT_URL", string.Create(CultureInfo.InvariantCulture, $"mqtt://ingest:{MosquittoProcess.Password("ingest")}@127.0.0.1:{broker.InternalPort}"))]);
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

    /// <summary>Starts ingest and waits for nothing; the one before must have ended.</summary>
    public async Task LaunchIngestAsync()
    {
        await (_ingest?.DisposeAsync() ?? ValueTask.CompletedTask);
        _ingest = HostProcess.Start("TechTemp.Ingest", Settings);
    }

    /// <summary>Starts ingest and waits until it is healthy; the one before must have ended.</summary>
    public async Task StartIngestAsync()
    {
        await LaunchIngestAsync();
        await Ingest.HealthAsync(health => health.Status == 200, "healthy");
    }

    /// <summary>Hands ingest over to the caller, who disposes it.</summary>
    public HostProcess ReleaseIngest()
    {
        var ingest = Ingest;
        _ingest = null;
        return ingest;
    }

    /// <summary>Ends ingest by SIGKILL and waits for its end.</summary>
    public async Task KillIngestAsync()
    {
        Ingest.Kill();
        await Ingest.ExitAsync();
    }

    /// <summary>
    /// Waits until the store has as many readings as were acknowledged, or until nothing comes any more: what is missing
    /// then, the comparison tells.
    /// </summary>
    public Task SettleAsync(IEnumerable<Book> books) => SettleAsync(Store, books.Sum(b => b.Acknowledged));

    /// <inheritdoc cref="SettleAsync(IEnumerable{Book})"/>
    public static async Task SettleAsync(StoreFile store, int expected)
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
        await (_ingest?.DisposeAsync() ?? ValueTask.CompletedTask);
        await Broker.DisposeAsync();
    }
}
