using System.Data;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Postgres.Connections;

namespace TechTemp.Data.Postgres.Maintenance;

/// <summary>Takes a connection from the pool for each snapshot and transaction: none is idle while the work pauses.</summary>
internal sealed class PostgresMaintenanceSession(PostgresConnections connections) : IMaintenanceSession
{
    // As the port of writing locks the devices of a batch (Writing/DeviceSql): no batch with a reading of the device is written between two statements. Alone and first:
    // the statements after it see what was committed while it waited.
    private const string LockSql = "SELECT id FROM devices WHERE id = $1 FOR NO KEY UPDATE;";

    /// <inheritdoc />
    // All statements see what the first one sees.
    public async ValueTask<IDeviceSnapshot> ReadAsync(int deviceId, CancellationToken cancellationToken) => await BeginAsync(deviceId, IsolationLevel.RepeatableRead, cancellationToken);

    /// <inheritdoc />
    public async ValueTask<IDeviceTransaction> WriteAsync(int deviceId, CancellationToken cancellationToken)
    {
        var transaction = await BeginAsync(deviceId, IsolationLevel.ReadCommitted, cancellationToken);
        try
        {
            await transaction.LockAsync(LockSql, cancellationToken);
            return transaction;
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    // Only a writer of the same device waits for this session, and the server wakes it when the lock is free.
    public ValueTask<bool> OthersWroteAsync(CancellationToken cancellationToken) => new(false);

    /// <inheritdoc />
    // Autovacuum makes the space free for new rows.
    public ValueTask<bool> ReleaseSpaceAsync(CancellationToken cancellationToken) => new(false);

    /// <inheritdoc />
    public void Dispose()
    {
    }

    private ValueTask<PostgresDeviceTransaction> BeginAsync(int deviceId, IsolationLevel isolation, CancellationToken cancellationToken) =>
        PostgresStoreException.TranslateAsync(async () =>
        {
            var connection = await connections.DataSource.OpenConnectionAsync(cancellationToken);
            try
            {
                return new PostgresDeviceTransaction(deviceId, connection, await connection.BeginTransactionAsync(isolation, cancellationToken));
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
        });
}
