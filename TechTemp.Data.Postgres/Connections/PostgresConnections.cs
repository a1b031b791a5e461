using Npgsql;

namespace TechTemp.Data.Postgres.Connections;

/// <summary>
/// Connections to the store, each set up the same way: a commit is on the server's disk when it completes.
/// </summary>
public sealed class PostgresConnections : IAsyncDisposable, IDisposable
{
    /// <summary>For a database.</summary>
    /// <param name="connectionString">As Npgsql reads it: <c>Host=…;Database=…;Username=…</c>.</param>
    public PostgresConnections(string connectionString)
    {
        // Statements are not prepared automatically: under load the driver has asked for some that the server did not have (SQLSTATE 26000).
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = 0 };
        // Not left to the default of the server or the role: what is committed is acknowledged.
        settings.Options = $"{settings.Options} -c synchronous_commit=on".Trim();
        Name = $"{settings.Database} on {settings.Host}";
        DataSource = NpgsqlDataSource.Create(settings);
    }

    /// <summary>The database and its server, for people.</summary>
    internal string Name { get; }

    /// <summary>Opens them.</summary>
    internal NpgsqlDataSource DataSource { get; }

    /// <inheritdoc />
    public void Dispose() => DataSource.Dispose();

    /// <inheritdoc />
    public ValueTask DisposeAsync() => DataSource.DisposeAsync();
}
