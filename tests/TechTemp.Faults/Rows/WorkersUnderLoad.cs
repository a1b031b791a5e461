using System.Globalization;
using System.Text.RegularExpressions;
using TechTemp.Faults.Books;
using TechTemp.Faults.Publishers;

namespace TechTemp.Faults.Rows;

/// <summary>Three workers on one store, publishers in several homes, and homes that appear while a fault is injected.</summary>
internal sealed partial class WorkersUnderLoad : IAsyncDisposable
{
    private const int Homes = 8;
    private const int FirstNewDevice = 1_001;
    private static readonly PublisherPace s_pace = new(PerSecond: 80);
    private static readonly PublisherPace s_newPace = new(PerSecond: 20);
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);
    private readonly FaultRun _run;
    private readonly Site _site;
    private readonly StateWatch _states;
    private readonly List<Fleet> _fleets = [];
    private Fleet? _sequenced;
    private int _newHomes;

    private WorkersUnderLoad(FaultRun run, Site site, bool brokerForgets)
    {
        (_run, _site) = (run, site);
        _states = new(site.Broker.Port, brokerForgets);
    }

    /// <summary>The workers, by their names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["w1", "w2", "w3"];

    /// <summary>The site.</summary>
    public Site Site => _site;

    /// <summary>The books of all devices.</summary>
    public IReadOnlyList<Book> Books => [.. Plain, .. Sequenced];

    /// <summary>The books of those that trust the broker's acknowledgement.</summary>
    public IReadOnlyList<Book> Plain => [.. _fleets.SelectMany(f => f.Books)];

    /// <summary>The books of those that number their readings.</summary>
    public IReadOnlyList<Book> Sequenced => _sequenced?.Books ?? [];

    private IEnumerable<Fleet> Fleets => _sequenced is null ? _fleets : _fleets.Append(_sequenced);

    /// <summary>Starts the workers and the publishers, and completes when the homes are divided.</summary>
    /// <param name="run">The run.</param>
    /// <param name="sequenced">How many of the devices number their readings; they have the highest numbers.</param>
    /// <param name="brokerForgets">Whether the broker is killed.</param>
    public static async Task<WorkersUnderLoad> StartAsync(FaultRun run, int sequenced = 0, bool brokerForgets = false)
    {
        var workers = new WorkersUnderLoad(run, await Site.CreateAsync(run), brokerForgets);
        try
        {
            await workers.LaunchAsync(Names);
            var port = workers._site.Broker.Port;
            workers._fleets.Add(Fleet.StartInHomes(port, Homes - sequenced, s_pace));
            if (sequenced > 0)
            {
                workers._sequenced = Fleet.StartSequencedInHomes(port, sequenced, s_pace, Homes - sequenced + 1);
            }

            await workers.DividedAsync(Names);
            return workers;
        }
        catch
        {
            await workers.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts these workers at once and completes when they are healthy; their processes before must have ended.</summary>
    public async Task LaunchAsync(IEnumerable<string> workers)
    {
        foreach (var worker in workers)
        {
            await _site.LaunchIngestAsync(worker);
        }

        await HealthyAsync();
    }

    /// <summary>Completes when every worker is healthy, or degraded and at work.</summary>
    public Task HealthyAsync() => Task.WhenAll(Names.Select(worker => _site.HealthyAsync(worker)));

    /// <summary>Any of the workers.</summary>
    public string Any() => Names[_run.Random.Next(Names.Count)];

    /// <summary>The first worker, which divides the homes.</summary>
    public string First() => _site.Store.Query("SELECT first_worker FROM ingest_division;", row => row.GetString(0)).Single();

    /// <summary>A device begins to publish in a home that nobody has heard of.</summary>
    public void AddHome() => _fleets.Add(Fleet.StartInHomes(_site.Broker.Port, 1, s_newPace, FirstNewDevice + _newHomes++));

    /// <summary>Completes when these workers have divided the homes, and each has what it is to have.</summary>
    public Task DividedAsync(IReadOnlyCollection<string> workers)
    {
        var homes = Homes + _newHomes;
        var expected = string.Create(CultureInfo.InvariantCulture, $"{homes} rows of {homes} homes and {workers.Count} workers, {homes} of them received");
        return Eventually.ResultAsync(
            () => Task.FromResult(_site.Store.Query(
                """
                SELECT count(*), count(DISTINCT home), count(DISTINCT worker), count(*) FILTER (WHERE NOT is_released AND (standing = connection OR worker = first_worker))
                FROM ingest_homes, ingest_division;
                """,
                row => string.Create(CultureInfo.InvariantCulture, $"{row.GetInt64(0)} rows of {row.GetInt64(1)} homes and {row.GetInt64(2)} workers, {row.GetInt64(3)} of them received")).Single()),
            division => division == expected, $"{string.Join(", ", workers)} have divided the homes: {expected}", s_deadline, interval: s_interval);
    }

    /// <summary>Completes when nothing is left of a retired worker.</summary>
    public Task GoneAsync(string worker) => Eventually.ResultAsync(
        () => Task.FromResult(_site.Store.Query(
            $"SELECT (SELECT count(*) FROM ingest_workers WHERE worker = '{worker}') + (SELECT count(*) FROM broker_sessions WHERE worker = '{worker}');", row => row.GetInt64(0)).Single()),
        rows => rows == 0, $"nothing is left of {worker}", s_deadline, interval: s_interval);

    /// <summary>Ends the publishing. Completes when the workers are all there, and what was acknowledged is stored or not to come.</summary>
    public async Task StopAsync()
    {
        foreach (var fleet in Fleets)
        {
            await fleet.StopAsync();
        }

        await HealthyAsync();
        await DividedAsync(Names);
        await _site.SettleAsync(Books);
    }

    /// <summary>Judges what all of these faults promise of states and logs.</summary>
    public async Task JudgeStatesAsync()
    {
        await Eventually.ResultAsync(
            () => Task.FromResult(_states.Behind(Books)), behind => behind.Count == 0, "the state of each device is that of its newest reading",
            details: () => string.Join("; ", _states.Behind(Books).Take(5)));
        _run.Note($"{Homes} homes and {_newHomes} new ones");
        _run.Promise(_states.Backwards.Count == 0, $"{_states.Backwards.Count} states are older than one before them, for example: {string.Join("; ", _states.Backwards.Take(5))}");
        var errors = Directory.EnumerateFiles(_run.Folder, "TechTemp.Ingest-*.log").SelectMany(ReadLines).Where(line => Failure().IsMatch(line)).ToList();
        _run.Promise(errors.Count == 0, $"{errors.Count} errors in the logs of the workers, for example: {string.Join("; ", errors.Take(5))}");
    }

    /// <summary>Ends the publishing and judges all that these faults promise.</summary>
    public async Task JudgeAsync()
    {
        await StopAsync();
        await JudgeStatesAsync();
        Comparison.Of(Books, _site.Store).Judge(_run);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _states.DisposeAsync();
        foreach (var fleet in Fleets)
        {
            await fleet.DisposeAsync();
        }

        await _site.DisposeAsync();
    }

    // Processes that run still write to theirs.
    private static IReadOnlyList<string> ReadLines(string path)
    {
        using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return file.ReadToEnd().Split('\n');
    }

    [GeneratedRegex(@"^(\S+ )?(fail|crit): |^TechTemp cannot go on|^Unhandled exception")]
    private static partial Regex Failure();
}
