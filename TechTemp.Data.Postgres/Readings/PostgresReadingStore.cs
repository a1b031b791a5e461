using System.Data;
using TechTemp.Data.Postgres.Connections;
using TechTemp.Readings.Storage;

namespace TechTemp.Data.Postgres.Readings;

/// <summary>Opens snapshots of the database.</summary>
public sealed class PostgresReadingStore(PostgresConnections connections) : IReadingStore
{
    /// <inheritdoc />
    public async ValueTask<IReadingSnapshot> OpenAsync(string subject, CancellationToken cancellationToken) => await PostgresStoreException.TranslateAsync(async () =>
    {
        var connection = await connections.DataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            // All statements of it see what its first one sees.
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            return new PostgresReadingSnapshot(connection, transaction, new(connection, transaction));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    });
}
