using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace TechTemp.Faults;

/// <summary>One fault's run: its randomness, its folder, and what it has to say in the table.</summary>
internal sealed class FaultRun
{
    private readonly bool _full;
    private readonly bool _isHalf;
    private readonly FaultServer? _server;
    private readonly string _database;
    private int _databases;
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly List<string> _done = [];
    private readonly List<string> _broken = [];

    public FaultRun(Fault fault, FaultOptions options, string folder, FaultServer? server)
    {
        (_full, Folder, _server) = (options.Full, folder, server);
        // SQLite's run has these rows too, so half of the counts is enough.
        _isHalf = options.Store == Stores.Postgres && fault.On == Stores.Both;
        _database = fault.Name.Replace('-', '_');
        // Of the name too, so that a fault run alone is the same as among the others. string.GetHashCode differs from run to run.
        Random = new(Encoding.UTF8.GetBytes(fault.Name).Aggregate(options.Seed, (hash, b) => unchecked((hash * 31) + b)));
    }

    /// <summary>Everything that the schedule leaves to chance.</summary>
    public Random Random { get; }

    /// <summary>A folder of this fault's own, kept when it fails.</summary>
    public string Folder { get; }

    /// <summary>What was done and counted.</summary>
    public string Done => string.Join("; ", _done);

    /// <summary>The promises that were not kept.</summary>
    public IReadOnlyList<string> Broken => _broken;

    /// <summary>The time since the start.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    /// <summary>The PostgreSQL for the stores, running; null when they are files.</summary>
    public async Task<PostgresProcess?> ServerAsync() => _server is null ? null : await _server.RunningAsync();

    /// <summary>The name of a database that there is not yet.</summary>
    public string NextDatabase() => string.Create(CultureInfo.InvariantCulture, $"{_database}_{++_databases}");

    /// <summary>A count of the full form or of the short one: half of that on PostgreSQL for a fault that SQLite has too.</summary>
    public int Pick(int full, int brief) => _full ? full : _isHalf ? (brief + 1) / 2 : brief;

    /// <summary>A random time between two.</summary>
    public TimeSpan Moment(TimeSpan shortest, TimeSpan longest) => shortest + ((longest - shortest) * Random.NextDouble());

    /// <summary>Says what was done or measured.</summary>
    public void Note(FormattableString text) => _done.Add(text.ToString(CultureInfo.InvariantCulture));

    /// <summary>Says which promise is broken unless it is kept.</summary>
    public void Promise(bool kept, FormattableString otherwise)
    {
        if (!kept)
        {
            _broken.Add(otherwise.ToString(CultureInfo.InvariantCulture));
        }
    }
}
