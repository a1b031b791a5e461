using Npgsql;

namespace TechTemp.Data.Postgres.Connections;

/// <summary>
/// Connections to the store, each set up the same way: a commit is on the server's disk when it completes, and statements that come again are prepared.
/// </summary>
public sealed class PostgresConnections : IAsyncDisposable, IDisposable
{
    // What a session has of its own: about twenty statements.
    private const int PreparedStatements = 40;

    /// <summary>For a database.</summary>
    /// <param name="connectionString">As Npgsql reads it: <c>Host=…;Database=…;Username=…</c>.</param>
    public PostgresConnections(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = PreparedStatements, AutoPrepareMinUsages = 2 };
        // Whatever the server or the role has as its default: what is committed is acknowledged.
        settings.Options = $"{settings.Options} -c synchronous_commit=on".Trim();
        DataSource = NpgsqlDataSource.Create(settings);
    }

    /// <summary>Opens them.</summary>
    internal NpgsqlDataSource DataSource { get; }

    /// <inheritdoc />
    public void Dispose() => DataSource.Dispose();

    /// <inheritdoc />
    public ValueTask DisposeAsync() => DataSource.DisposeAsync();
}
