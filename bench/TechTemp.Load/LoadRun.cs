using System.Diagnostics;

namespace TechTemp.Load;

/// <summary>One run: its table, and what several rows need.</summary>
internal sealed class LoadRun(LoadOptions options) : IAsyncDisposable
{
    private readonly Lazy<Task<Site>> _year = new(() => Site.CreateAsync(Devices, Days(options)));
    private readonly Lazy<Task<PostgresProcess>> _server = new(() => PostgresProcess.StartAsync());
    private readonly Lazy<Task<PublishedHosts>> _published = new(() => PublishedHosts.PublishAsync(quickly: options.IsShort));

    /// <summary>How many devices have a year of readings.</summary>
    public const int Devices = 20;

    /// <summary>How much to do.</summary>
    public LoadOptions Options => options;

    /// <summary>What was measured.</summary>
    public Table Table { get; } = new();

    /// <summary>The median rate of ingest in the burst; null before it was measured.</summary>
    public double? BurstRate { get; set; }

    /// <summary>How many days the year has.</summary>
    public static int Days(LoadOptions options) => options.IsShort ? 2 : 365;

    /// <summary>A year of readings at 5-minute steps.</summary>
    public Task<Site> YearAsync() => _year.Value;

    /// <summary>A PostgreSQL with its default settings, so that a commit is on the disk.</summary>
    public Task<PostgresProcess> ServerAsync() => _server.Value;

    /// <summary>The hosts as they are deployed.</summary>
    public Task<PublishedHosts> PublishedAsync() => _published.Value;

    /// <summary>Measures the rows that were asked for.</summary>
    public async Task MeasureAsync()
    {
        foreach (var (name, measure) in LoadOptions.Rows.Where(r => options.Only.Contains(r.Key)))
        {
            var start = Stopwatch.GetTimestamp();
            await measure(this);
            Console.WriteLine($"{name}: {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s");
        }

        Table.Print();
    }

    /// <summary>Tells of a round, for whoever waits.</summary>
    public static void Tell(string what) => Console.WriteLine($"  {what}");

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        // A row that failed is told by its exception.
        if (_year is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true } site })
        {
            (await site).Dispose();
        }

        if (_published is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true } hosts })
        {
            (await hosts).Dispose();
        }

        if (_server is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true } server })
        {
            await (await server).DisposeAsync();
        }
    }
}
