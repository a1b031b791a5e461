using System.Globalization;

namespace TechTemp.Integration.Tests.Workers;

/// <summary>The server that the tests of several workers share; each site has a database of its own.</summary>
public sealed class WorkerServer : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private PostgresProcess? _postgres;

    /// <summary>The server, which starts with the first test. Skips the test where PostgreSQL is not installed.</summary>
    public async Task<PostgresProcess> StartAsync()
    {
        await _turn.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            return _postgres ??= await PostgresProcess.StartAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await (_postgres?.DisposeAsync() ?? ValueTask.CompletedTask);
        _turn.Dispose();
    }
}

/// <summary>A Mosquitto, a PostgreSQL database and workers as processes. Readings are published one second apart, each with a time of its own.</summary>
internal sealed class WorkerSite : IAsyncDisposable
{
    private static int s_count;

    private readonly PostgresProcess _postgres;
    private readonly string _database;
    private readonly Dictionary<string, string> _settings;
    private readonly Dictionary<string, HostProcess> _workers = [];
    private readonly List<HostProcess> _before = [];
    private readonly long _start = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - 3_600_000;
    private int _published;

    private WorkerSite(PostgresProcess postgres, MosquittoProcess broker, string database, string connection)
    {
        (_postgres, Broker, _database) = (postgres, broker, database);
        _settings = new() { ["MQTT_URL"] = broker.Url, ["ConnectionStrings__techtemp"] = connection, ["LOG_LEVEL"] = "info" };
    }

    public MosquittoProcess Broker { get; }

    public static async Task<WorkerSite> StartAsync(WorkerServer server)
    {
        var postgres = await server.StartAsync();
        var broker = await MosquittoProcess.StartAsync(MosquittoConfiguration.Ours);
        var database = string.Create(CultureInfo.InvariantCulture, $"site{Interlocked.Increment(ref s_count)}");
        return new(postgres, broker, database, await postgres.CreateDatabaseAsync(database));
    }

    public HostProcess this[string worker] => _workers[worker];

    /// <summary>Starts a process of a worker; the one before must have ended, unless two are to have one name. Empty for the only worker.</summary>
    public async Task<HostProcess> StartAsync(string worker, params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(_settings) { ["Ingest__Worker"] = worker };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        var process = await HostProcess.StartHealthyAsync("TechTemp.Ingest", all);
        if (_workers.Remove(worker, out var before))
        {
            _before.Add(before);
        }

        return _workers[worker] = process;
    }

    public async Task KillAsync(string worker)
    {
        _workers[worker].Kill();
        await _workers[worker].ExitAsync();
    }

    public Task<string> VerbAsync(params string[] arguments) => Store.Verbs.RunAsync("TechTemp.Ingest", _settings, arguments);

    /// <summary>Publishes one reading in each of these homes.</summary>
    public async Task PublishAsync(params IEnumerable<string> homes)
    {
        foreach (var home in homes)
        {
            await Broker.Client.PublishAsync(SampleReading.Topic($"of-{home}", home), SampleReading.Payload(_start + (1000L * _published)));
            _published++;
        }
    }

    /// <summary>Every reading that was published is stored, once.</summary>
    public async Task AllStoredAsync()
    {
        await Eventually.ResultAsync(
            () => QueryAsync("SELECT count(*) FROM readings;"), rows => rows[0] == _published.ToString(CultureInfo.InvariantCulture), $"{_published} readings are stored",
            TimeSpan.FromSeconds(90), Describe, TimeSpan.FromMilliseconds(250));
        Assert.Equal(["0"], await QueryAsync("SELECT count(*) FROM rejected_messages;"));
    }

    /// <summary>The homes of a worker are subscribed, and the first worker stores none of another's.</summary>
    public Task DividedAsync(int homes, params IReadOnlyList<string> workers) => Eventually.ResultAsync(
        () => QueryAsync(
            """
            SELECT count(*), count(DISTINCT home), count(DISTINCT worker), count(*) FILTER (WHERE NOT is_released AND (standing = connection OR worker = first_worker))
            FROM ingest_homes, ingest_division;
            """),
        rows => rows is [var row] && row == string.Create(CultureInfo.InvariantCulture, $"{homes}|{homes}|{Math.Min(homes, workers.Count)}|{homes}"),
        $"{homes} homes are divided among {string.Join(", ", workers)}",
        TimeSpan.FromSeconds(60), Describe, TimeSpan.FromMilliseconds(250));

    public Task<string[]> QueryAsync(string sql) => _postgres.QueryAsync(_database, sql);

    public string Describe() => string.Join('\n', _workers.Select(w => $"--- {w.Key}\n{w.Value.Output}{w.Value.Error}"));

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers.Values.Concat(_before))
        {
            await worker.DisposeAsync();
        }

        await Broker.DisposeAsync();
    }
}
