using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Connections;

/// <summary>
/// Opens connections to the store, each set up the same way: <c>synchronous=FULL</c> (what is committed survives a power
/// cut), foreign keys, a busy timeout, and no trust in SQL that came with the file. EF Core's connections are set up by the same class.
/// </summary>
public sealed class StoreConnections : DbConnectionInterceptor, IDisposable
{
    private static readonly int s_mostReaders = 2 * Environment.ProcessorCount;

    // SQLite truncates the log to this size, bytes, when it starts again at its beginning. Without a limit the file keeps its largest size.
    private const int LargestLog = 16 * 1024 * 1024;

    private static readonly Lock s_replacing = new();

    private readonly ConcurrentStack<StoreReader> _readers = [];
    private readonly TimeSpan _busyTimeout;
    private readonly TimeProvider _time;
    private readonly string _setUp;

    /// <summary>For the file that the options name.</summary>
    public StoreConnections(IOptions<StoreOptions> options, TimeProvider time)
        : this(options.Value.Path, options.Value.BusyTimeout, time, pooling: true)
    {
    }

    private StoreConnections(string path, TimeSpan busyTimeout, TimeProvider time, bool pooling)
    {
        (_busyTimeout, _time) = (busyTimeout, time);
        Path = System.IO.Path.GetFullPath(path);
        ConnectionString = new SqliteConnectionStringBuilder
        {
            DataSource = Path,
            Pooling = pooling,
            ForeignKeys = true,
            DefaultTimeout = Math.Max(1, (int)Math.Ceiling(busyTimeout.TotalSeconds)),
            // The file is made by the migrations' owner alone; everyone else must not leave an empty one behind.
            Mode = SqliteOpenMode.ReadWrite,
        }.ToString();
        _setUp = string.Create(
            CultureInfo.InvariantCulture,
            $"PRAGMA busy_timeout = {(int)busyTimeout.TotalMilliseconds}; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = {LargestLog};");
    }

    /// <summary>The SQLite file, absolute.</summary>
    public string Path { get; }

    /// <summary>For EF Core; other callers open their own.</summary>
    internal string ConnectionString { get; }

    /// <summary>For another file, or for this one, without a pool: each connection is closed when it is disposed.</summary>
    internal StoreConnections Unpooled(string path) => new(path, _busyTimeout, _time, pooling: false);

    /// <summary>An open connection from the pool. The caller disposes it.</summary>
    /// <exception cref="StoreException">The file is missing or cannot be opened.</exception>
    internal SqliteConnection Open() => Open(ConnectionString);

    /// <summary>A connection for reading, with the statements that were prepared on it before. The caller disposes it.</summary>
    /// <param name="table">The table that is read, for the span of the access; null for no span.</param>
    /// <exception cref="StoreException">The file is missing or cannot be opened.</exception>
    internal StoreReader Read(string? table = null)
    {
        while (_readers.TryPop(out var reader))
        {
            if (reader.IsCurrent)
            {
                return reader.Begin(table);
            }

            // Into the pool, where the next one to open a connection finds out what has become of the file.
            reader.Close();
        }

        return new StoreReader(this, Open()).Begin(table);
    }

    /// <summary>Takes a reader back.</summary>
    internal void Keep(StoreReader reader)
    {
        if (_readers.Count < s_mostReaders)
        {
            _readers.Push(reader);
        }
        else
        {
            reader.Close();
        }
    }

    /// <summary>Closes the readers that are kept.</summary>
    public void Dispose()
    {
        while (_readers.TryPop(out var reader))
        {
            reader.Close();
        }
    }

    /// <summary>Gives back a connection on which something failed: the next one is opened anew.</summary>
    internal static void Discard(SqliteConnection connection)
    {
        // One whose file has moved stays in the pool until it is known what comes in the file's place.
        if (!OpenFile.HasMoved(connection))
        {
            SqliteConnection.ClearPool(connection);
        }

        connection.Dispose();
    }

    /// <summary>A connection outside the pool to the file, which is created, for this user alone, where it is missing.</summary>
    /// <exception cref="StoreException">The file cannot be created or opened.</exception>
    internal SqliteConnection OpenOrCreate()
    {
        try
        {
            // Its log and the log's index get the same mode from SQLite.
            StoreFiles.Create(Path).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It exists already, or SQLite says why it cannot.
        }

        return Open(new SqliteConnectionStringBuilder(ConnectionString) { Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false }.ToString());
    }

    /// <inheritdoc />
    public override InterceptionResult<DbConnection> ConnectionCreating(ConnectionCreatingEventData eventData, InterceptionResult<DbConnection> result) =>
        InterceptionResult<DbConnection>.SuppressWithResult(new StoreConnection(ConnectionString));

    /// <inheritdoc />
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => SetUp((SqliteConnection)connection);

    /// <inheritdoc />
    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        SetUp((SqliteConnection)connection);
        return Task.CompletedTask;
    }

    private StoreConnection Open(string connectionString)
    {
        var connection = new StoreConnection(connectionString);
        try
        {
            connection.Open();
            SetUp(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void SetUp(SqliteConnection connection)
    {
        Renew(connection);
        connection.Harden();
        connection.Execute(_setUp);
    }

    // A pooled connection outlives its file, and the time when the file system was read-only.
    private void Renew(SqliteConnection connection)
    {
        if (OpenFile.HasMoved(connection))
        {
            // One after the other: what the first one opens tells the next ones that the log is the new file's by now.
            lock (s_replacing)
            {
                if (!File.Exists(Path))
                {
                    // Back into the pool. When its file comes back it is good again, with all that is in the log only; and
                    // when another one comes it knows which log is not that one's.
                    connection.Close();
                    throw OpenFile.Moved(Path);
                }

                OpenFile.SetLogAside(connection, _time.GetUtcNow());
                OpenAgain(connection);
            }
        }
        else if (OpenFile.IsReadOnly(connection))
        {
            OpenAgain(connection);
        }
    }

    private static void OpenAgain(SqliteConnection connection)
    {
        SqliteConnection.ClearPool(connection);
        connection.Close();
        connection.Open();
    }
}
