using Npgsql;
using TechTemp.Data.Postgres.Connections;
using TechTemp.Data.Rejections;
using TechTemp.Data.Writing;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Postgres.Writing;

/// <summary>A transaction of the database. One that writes locks the devices that it has found, in the order of their keys.</summary>
internal sealed class PostgresWriteTransaction(NpgsqlTransaction transaction, TransactionSql sql, long version) : IWriteTransaction
{
    private readonly DeviceSql _devices = new(sql);
    private readonly ReadingSql _readings = new(sql);
    private readonly RejectionSql _rejections = new(sql);
    private readonly ReplaySql _replayed = new(sql);

    /// <inheritdoc />
    public long Version => version;

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<KnownDevice>> FindDevicesAsync(IReadOnlyCollection<string> uids, CancellationToken cancellationToken) =>
        _devices.FindAsync([.. uids], cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<KnownDevice>> AllDevicesAsync(CancellationToken cancellationToken) => _devices.AllAsync(cancellationToken);

    /// <inheritdoc />
    public ValueTask<long> CountUnprovisionedAsync(CancellationToken cancellationToken) => _devices.CountUnprovisionedAsync(cancellationToken);

    /// <inheritdoc />
    public ValueTask<KnownDevice> CreateDeviceAsync(string uid, string? home, string label, long createdAt, CancellationToken cancellationToken) =>
        _devices.CreateAsync(uid, home, label, createdAt, cancellationToken);

    /// <inheritdoc />
    public ValueTask SaveDevicesAsync(IReadOnlyList<KnownDevice> devices, CancellationToken cancellationToken) => _devices.SaveAsync(devices, cancellationToken);

    /// <inheritdoc />
    public ValueTask InsertAsync(ReadOnlyMemory<NewReading> readings, Memory<bool> isNew, CancellationToken cancellationToken) =>
        _readings.InsertAsync(readings, isNew, cancellationToken);

    /// <inheritdoc />
    public ValueTask FindAsync(ReadOnlyMemory<ReadingKey> keys, Memory<Measurement?> found, CancellationToken cancellationToken) =>
        _readings.FindAsync(keys, found, cancellationToken);

    /// <inheritdoc />
    public ValueTask FindNewestAsync(ReadOnlyMemory<ReadingKey> keys, Memory<Measurement?> found, CancellationToken cancellationToken) =>
        _readings.FindNewestAsync(keys, found, cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<Page>> FindPagesAsync(IReadOnlyList<ReadingKey> keys, CancellationToken cancellationToken) =>
        _readings.FindPagesAsync(keys, cancellationToken);

    /// <inheritdoc />
    public ValueTask FindKeptAsync(IReadOnlyList<RejectedMessage> messages, Memory<bool> isKept, CancellationToken cancellationToken) =>
        _rejections.FindAsync(messages, isKept, cancellationToken);

    /// <inheritdoc />
    public ValueTask KeepAsync(IReadOnlyList<RejectedMessage> messages, CancellationToken cancellationToken) => _rejections.KeepAsync(messages, cancellationToken);

    /// <inheritdoc />
    public ValueTask<int> DropRejectedAsync(int rows, CancellationToken cancellationToken) => _rejections.DropAsync(rows, cancellationToken);

    /// <inheritdoc />
    public ValueTask CountHeldAsync(IReadOnlyList<HeldDevice> devices, Memory<long> counts, CancellationToken cancellationToken) =>
        _rejections.CountHeldAsync(devices, counts, cancellationToken);

    /// <inheritdoc />
    public ValueTask<long> CountHeldDevicesAsync(CancellationToken cancellationToken) => _rejections.CountHeldDevicesAsync(cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<HeldLoss>> DropHeldAsync(IReadOnlyList<HeldLoss> excess, long now, CancellationToken cancellationToken) =>
        _rejections.DropHeldAsync(excess, now, cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<ReplayedMessage>> NextRejectedAsync(RejectedFilter filter, long after, int most, CancellationToken cancellationToken) =>
        _replayed.NextAsync(filter, after, most, cancellationToken);

    /// <inheritdoc />
    public ValueTask SettleRejectedAsync(IReadOnlyList<long> removed, IReadOnlyList<ReplayedMessage> changed, CancellationToken cancellationToken) =>
        _replayed.SettleAsync(removed, changed, cancellationToken);

    /// <inheritdoc />
    public async ValueTask CommitAsync() => await PostgresStoreException.TranslateAsync(async () =>
    {
        // Never cancelled: nobody would know whether it is committed.
        await transaction.CommitAsync(CancellationToken.None);
        return true;
    });

    /// <inheritdoc />
    public ValueTask DisposeAsync() => transaction.DisposeAsync();
}
