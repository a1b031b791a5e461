using Microsoft.Data.Sqlite;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Connections;

/// <summary>
/// A connection for reading that keeps its prepared statements from one use to the next: compiling a short query takes longer
/// than running it. From <see cref="StoreConnections.Read"/>, to which disposing gives it back. Not thread-safe.
/// </summary>
internal sealed class StoreReader(StoreConnections connections, SqliteConnection connection) : IDisposable
{
    // A room of many devices reads them beside each other; of those few are worth keeping.
    private const int MostKept = 32;

    // What many ask for is asked for in few ways.
    private const int MostRemembered = 16;

    private readonly Dictionary<string, Stack<Statement>> _free = [];
    private readonly List<(Stack<Statement> Free, Statement Statement, string? Table)> _used = [];
    private readonly Dictionary<object, object> _remembered = [];
    private long _rememberedVersion = -1;
    private readonly bool _isReadOnly = OpenFile.IsReadOnly(connection);
    private bool _inSnapshot;
    private Statement? _begin;
    private Statement? _commit;
    private StoreSpan? _span;
    private string? _table;

    /// <summary>Whether its file is still the one at the path, and can be written. Another reader is needed where not.</summary>
    public bool IsCurrent => !_isReadOnly && !OpenFile.HasMoved(connection);

    /// <summary>Begins a use of it.</summary>
    /// <param name="table">The table that is read, for the span; null for none.</param>
    public StoreReader Begin(string? table)
    {
        (_table, _span) = (table, table is null ? null : StoreSpan.Start("SELECT", table));
        return this;
    }

    /// <summary>A statement, prepared, that belongs to the reader: its user neither shares nor disposes it.</summary>
    /// <param name="sql">The text, a constant: each different one is kept.</param>
    /// <param name="table">The table that it looks something up in: its rows do not count in the span of another one. Null for rows that always count.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public Statement Prepare(string sql, string? table = null)
    {
        if (!_free.TryGetValue(sql, out var free))
        {
            _free[sql] = free = [];
        }

        var statement = free.TryPop(out var kept) ? kept : new(connection, sql);
        statement.Rows = 0;
        _used.Add((free, statement, table));
        return statement;
    }

    /// <summary>For a loop over many rows, in which nothing is awaited.</summary>
    public ConnectionMutex Enter() => new(connection);

    /// <summary>Lets all that follows see the store as of one moment, until it is given back.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public void BeginSnapshot()
    {
        (_begin ??= new(connection, "BEGIN;")).Step();
        _inSnapshot = true;
    }

    /// <summary>
    /// What was read before, as long as nobody has committed since; else what is read now. Not inside a snapshot.
    /// </summary>
    /// <param name="question">What is asked, by its value.</param>
    /// <param name="read">Reads it; what it returns is never changed.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public T Remember<T>(object question, Func<StoreReader, T> read)
        where T : class
    {
        var version = DataVersion();
        if (version != _rememberedVersion || _remembered.Count > MostRemembered)
        {
            _remembered.Clear();
            _rememberedVersion = version;
        }

        if (_remembered.TryGetValue(question, out var known))
        {
            return (T)known;
        }

        // What is committed from here on may be in it already, and is told by the next version.
        var answer = read(this);
        _remembered[question] = answer;
        return answer;
    }

    /// <summary>Gives it back.</summary>
    public void Dispose()
    {
        EndSpan();
        foreach (var (free, statement, _) in _used)
        {
            // Left in the middle of its rows it would hold its moment for whoever comes next.
            statement.Reset();
            if (free.Count < MostKept)
            {
                free.Push(statement);
            }
            else
            {
                statement.Dispose();
            }
        }

        _used.Clear();
        if (TryEndSnapshot())
        {
            connections.Keep(this);
        }
        else
        {
            Close();
        }
    }

    private void EndSpan()
    {
        if (_span is not null)
        {
            _span.Returned(_used.Where(u => u.Table is null || u.Table == _table).Sum(u => u.Statement.Rows));
            _span.Dispose();
            _span = null;
        }
    }

    /// <summary>Closes it for good.</summary>
    public void Close()
    {
        foreach (var statement in _free.Values.SelectMany(free => free))
        {
            statement.Dispose();
        }

        _free.Clear();
        _begin?.Dispose();
        _commit?.Dispose();
        connection.Dispose();
    }

    // Changes whenever another connection, of this process or another, has committed; this one only reads.
    private long DataVersion()
    {
        var pragma = Prepare("PRAGMA data_version;");
        pragma.Step();
        var version = pragma.Long(0);
        pragma.Reset();
        return version;
    }

    private bool TryEndSnapshot()
    {
        if (!_inSnapshot)
        {
            return true;
        }

        _inSnapshot = false;
        try
        {
            (_commit ??= new(connection, "COMMIT;")).Step();
            return true;
        }
        // An error inside may have ended it already.
        catch (SqliteStoreException)
        {
            return false;
        }
    }
}
