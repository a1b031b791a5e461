using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;

namespace TechTemp.Data.Store;

/// <summary>
/// Opens connections to the store, each set up the same way: <c>synchronous=FULL</c> (what is committed survives a power
/// cut), foreign keys, and a busy timeout. EF Core's connections are set up by the same class.
/// </summary>
public sealed class StoreConnections : DbConnectionInterceptor
{
    private readonly TimeSpan _busyTimeout;
    private readonly string _setUp;

    /// <summary>For the file that the options name.</summary>
    public StoreConnections(IOptions<StoreOptions> options)
        : this(options.Value.Path, options.Value.BusyTimeout, pooling: true)
    {
    }

    private StoreConnections(string path, TimeSpan busyTimeout, bool pooling)
    {
        _busyTimeout = busyTimeout;
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
            $"PRAGMA busy_timeout = {(int)busyTimeout.TotalMilliseconds}; PRAGMA synchronous = FULL;");
    }

    /// <summary>The SQLite file, absolute.</summary>
    public string Path { get; }

    /// <summary>For EF Core; other callers open their own.</summary>
    internal string ConnectionString { get; }

    /// <summary>For another file, or for this one, without a pool: each connection is closed when it is disposed.</summary>
    internal StoreConnections Unpooled(string path) => new(path, _busyTimeout, pooling: false);

    /// <summary>An open connection from the pool. The caller disposes it.</summary>
    /// <exception cref="SqliteException">The file is missing or cannot be opened.</exception>
    public SqliteConnection Open() => Open(ConnectionString);

    internal SqliteConnection OpenOrCreate() =>
        Open(new SqliteConnectionStringBuilder(ConnectionString) { Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false }.ToString());

    /// <inheritdoc />
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => SetUp(connection);

    /// <inheritdoc />
    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        SetUp(connection);
        return Task.CompletedTask;
    }

    private SqliteConnection Open(string connectionString)
    {
        var connection = new SqliteConnection(connectionString);
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

    private void SetUp(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = _setUp;
        command.ExecuteNonQuery();
    }
}
