using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Npgsql;

namespace TechTemp.Data.Postgres.Connections;

/// <summary>
/// Connections to the store, each set up the same way: a commit is on the server's disk when it completes.
/// </summary>
public sealed class PostgresConnections : IAsyncDisposable, IDisposable
{
    // Of the 100 that a server has by default, so that several workers and replicas fit in.
    private const int MostConnections = 20;

    // As long as a client waits before it tries again. A question to each server every two seconds at most, and only when a connection is opened.
    private const int RecheckSeconds = 2;

    /// <summary>For the database that the configuration names.</summary>
    /// <exception cref="TechTemp.Data.Store.StoreException">The connection string is wrong.</exception>
    public PostgresConnections(IConfiguration configuration, IOptions<PostgresOptions> options)
        : this(configuration.GetConnectionString(StoreHosting.ConnectionName)!, options.Value.Password)
    {
    }

    /// <summary>For a database.</summary>
    /// <param name="connectionString"><c>Host=…;Database=…;Username=…</c> or <c>postgres://user@host/database</c>.</param>
    /// <param name="password">The password, where the connection string has none.</param>
    /// <exception cref="TechTemp.Data.Store.StoreException">The connection string is wrong.</exception>
    public PostgresConnections(string connectionString, string? password = null)
    {
        var settings = PostgresAddress.Parse(connectionString);
        settings.Password ??= password;
        settings.ApplicationName ??= "TechTemp";
        // Statements are not prepared automatically: under load the driver has asked for some that the server did not have (SQLSTATE 26000).
        settings.MaxAutoPrepare = 0;
        // Not left to the default of the server or the role: what is committed is acknowledged.
        settings.Options = $"{settings.Options} -c synchronous_commit=on".Trim();
        // Not ContainsKey: Npgsql's says yes to every keyword that exists.
        if (!settings.ShouldSerialize("Maximum Pool Size"))
        {
            settings.MaxPoolSize = MostConnections;
        }

        // Of several servers the one that can be written to, also after a failover.
        if (settings.Host!.Contains(',', StringComparison.Ordinal))
        {
            settings.TargetSessionAttributes ??= "primary";
            // The driver remembers which one that was, for ten seconds by default: so long it refuses a standby that is the primary by now. It asks with the next connection after that.
            if (!settings.ShouldSerialize("Host Recheck Seconds"))
            {
                settings.HostRecheckSeconds = RecheckSeconds;
            }
        }

        // A command that has timed out ends its connection. While it waits for an answer to its cancellation, the driver would take the end of a COMMIT for success: a server
        // that is told to wait for a standby no longer answers that it is committed, but only on its own disk (SyncRepWaitForLSN in PostgreSQL's syncrep.c).
        settings.CancellationTimeout = -1;
        // A server that has vanished from the network is noticed in seconds.
        settings.TcpKeepAlive = true;
        settings.TcpKeepAliveTime = 5;
        settings.TcpKeepAliveInterval = 2;
        Name = $"{settings.Database} on {settings.Host}";
        DataSource = NpgsqlDataSource.Create(settings);
        ConnectionString = settings.ConnectionString;
    }

    /// <summary>The database and its server, for people.</summary>
    internal string Name { get; }

    /// <summary>Opens them.</summary>
    internal NpgsqlDataSource DataSource { get; }

    private string ConnectionString { get; }

    /// <summary>A connection of its own, outside the pool, not open yet: for locks that live as long as it.</summary>
    internal NpgsqlConnection Unpooled() => new(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString);

    /// <inheritdoc />
    public void Dispose() => DataSource.Dispose();

    /// <inheritdoc />
    public ValueTask DisposeAsync() => DataSource.DisposeAsync();
}
