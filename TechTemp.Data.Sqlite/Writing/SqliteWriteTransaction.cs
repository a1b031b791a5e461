using Microsoft.Data.Sqlite;
using TechTemp.Data.Rejections;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Writing;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Sqlite.Writing;

/// <summary>A transaction of the file: one that writes holds the write lock. Every operation is complete when it returns, so nothing is ever cancelled half-way.</summary>
internal sealed class SqliteWriteTransaction : IWriteTransaction
{
    private readonly SqliteConnection _connection;
    private readonly SqliteTransaction _transaction;
    private readonly WriteStatements _statements;
    private readonly string _path;

    public SqliteWriteTransaction(SqliteConnection connection, SqliteTransaction transaction, WriteStatements statements, string path)
    {
        (_connection, _transaction, _statements, _path) = (connection, transaction, statements, path);
        try
        {
            Version = statements.Version();
        }
        catch
        {
            transaction.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public long Version { get; }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<KnownDevice>> FindDevicesAsync(IReadOnlyCollection<string> uids, CancellationToken cancellationToken) => new(_statements.Devices.Find(uids));

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<KnownDevice>> AllDevicesAsync(CancellationToken cancellationToken) => new(_statements.Devices.All());

    /// <inheritdoc />
    public ValueTask<long> CountUnprovisionedAsync(CancellationToken cancellationToken) => new(_statements.Devices.CountUnprovisioned());

    /// <inheritdoc />
    public ValueTask<KnownDevice> CreateDeviceAsync(string uid, string? home, string label, long createdAt, CancellationToken cancellationToken) =>
        new(_statements.Devices.Create(uid, home, label, createdAt));

    /// <inheritdoc />
    public ValueTask SaveDevicesAsync(IReadOnlyList<KnownDevice> devices, CancellationToken cancellationToken)
    {
        _statements.Devices.Save(devices);
        return default;
    }

    /// <inheritdoc />
    public ValueTask InsertAsync(ReadOnlyMemory<NewReading> readings, Memory<bool> isNew, CancellationToken cancellationToken)
    {
        _statements.Readings.Insert(readings.Span, isNew.Span);
        return default;
    }

    /// <inheritdoc />
    public ValueTask FindAsync(ReadOnlyMemory<ReadingKey> keys, Memory<Measurement?> found, CancellationToken cancellationToken)
    {
        _statements.Readings.Find(keys.Span, found.Span);
        return default;
    }

    /// <inheritdoc />
    public ValueTask FindNewestAsync(ReadOnlyMemory<ReadingKey> keys, Memory<Measurement?> found, CancellationToken cancellationToken)
    {
        _statements.Readings.FindNewest(keys.Span, found.Span);
        return default;
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<Page>> FindPagesAsync(IReadOnlyList<ReadingKey> keys, CancellationToken cancellationToken) => new(_statements.Readings.FindPages(keys));

    /// <inheritdoc />
    public ValueTask FindKeptAsync(IReadOnlyList<RejectedMessage> messages, Memory<bool> isKept, CancellationToken cancellationToken)
    {
        _statements.Rejections.Find(messages, isKept.Span);
        return default;
    }

    /// <inheritdoc />
    public ValueTask KeepAsync(IReadOnlyList<RejectedMessage> messages, CancellationToken cancellationToken)
    {
        _statements.Rejections.Keep(messages);
        return default;
    }

    /// <inheritdoc />
    public ValueTask<int> DropRejectedAsync(int rows, CancellationToken cancellationToken) => new(_statements.Rejections.Drop(rows));

    /// <inheritdoc />
    public ValueTask CountHeldAsync(IReadOnlyList<HeldDevice> devices, Memory<long> counts, CancellationToken cancellationToken)
    {
        _statements.Rejections.CountHeld(devices, counts.Span);
        return default;
    }

    /// <inheritdoc />
    public ValueTask<long> CountHeldDevicesAsync(CancellationToken cancellationToken) => new(_statements.Rejections.CountHeldDevices());

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<HeldLoss>> DropHeldAsync(IReadOnlyList<HeldLoss> excess, long now, CancellationToken cancellationToken) =>
        new(_statements.Rejections.DropHeld(excess, now));

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<ReplayedMessage>> NextRejectedAsync(RejectedFilter filter, long after, int most, CancellationToken cancellationToken) =>
        new(_statements.Replayed.Next(filter, after, most));

    /// <inheritdoc />
    public ValueTask SettleRejectedAsync(IReadOnlyList<long> removed, IReadOnlyList<ReplayedMessage> changed, CancellationToken cancellationToken)
    {
        _statements.Replayed.Settle(removed, changed);
        return default;
    }

    /// <inheritdoc />
    public ValueTask CommitAsync()
    {
        RequireInPlace();
        _transaction.Commit();
        // Once more: what was committed to a file that is gone must not be acknowledged either.
        RequireInPlace();
        return default;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        _transaction.Dispose();
        return default;
    }

    private void RequireInPlace()
    {
        if (OpenFile.HasMoved(_connection))
        {
            throw OpenFile.Moved(_path);
        }
    }
}
