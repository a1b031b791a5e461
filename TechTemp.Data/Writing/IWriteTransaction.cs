using TechTemp.Data.Rejections;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Writing;

/// <summary>
/// One transaction of the store. Its operations work on whole batches, so that a store behind a network needs a few round trips for a batch. A store in this
/// process completes them before they return. Disposed without <see cref="CommitAsync"/>, it leaves nothing behind.
/// </summary>
/// <remarks>Every operation throws <see cref="StoreException"/> when the store fails, never an exception of the provider.</remarks>
public interface IWriteTransaction : IAsyncDisposable
{
    /// <summary>
    /// What others have committed, as a number: as long as it is the same as in the session's transaction before, nobody else has changed anything, and what was
    /// read then is still true.
    /// </summary>
    long Version { get; }

    /// <summary>The devices of these uids, as stored; those that there are, in any order. Nobody else changes them until the transaction ends.</summary>
    ValueTask<IReadOnlyList<KnownDevice>> FindDevicesAsync(IReadOnlyCollection<string> uids, CancellationToken cancellationToken);

    /// <summary>Every device.</summary>
    ValueTask<IReadOnlyList<KnownDevice>> AllDevicesAsync(CancellationToken cancellationToken);

    /// <summary>How many devices nobody has provisioned.</summary>
    ValueTask<long> CountUnprovisionedAsync(CancellationToken cancellationToken);

    /// <summary>Creates a device that nobody has provisioned. Where somebody else has created it meanwhile, it is that one.</summary>
    /// <param name="uid">Its uid.</param>
    /// <param name="home">Its home; null for none.</param>
    /// <param name="label">Its label.</param>
    /// <param name="createdAt">Unix milliseconds UTC.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<KnownDevice> CreateDeviceAsync(string uid, string? home, string label, long createdAt, CancellationToken cancellationToken);

    /// <summary>
    /// Saves what changed about devices: <see cref="KnownDevice.SeenAt"/> where it is later than what is stored, the highest number of the counter, the gaps where
    /// they changed, the quantities in addition to those stored, and the home where none is stored.
    /// </summary>
    ValueTask SaveDevicesAsync(IReadOnlyList<KnownDevice> devices, CancellationToken cancellationToken);

    /// <summary>Inserts the readings of which there is none of the same device and time.</summary>
    /// <param name="readings">In the order of their keys, no key twice.</param>
    /// <param name="isNew">Receives for each whether it was inserted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask InsertAsync(ReadOnlyMemory<NewReading> readings, Memory<bool> isNew, CancellationToken cancellationToken);

    /// <summary>Finds rows by their keys.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="found">Receives for each what is stored; null for nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask FindAsync(ReadOnlyMemory<ReadingKey> keys, Memory<Measurement?> found, CancellationToken cancellationToken);

    /// <summary>Finds the newest row of a device that is not later than a time.</summary>
    /// <param name="keys">The devices and times.</param>
    /// <param name="found">Receives for each what is stored; null for nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask FindNewestAsync(ReadOnlyMemory<ReadingKey> keys, Memory<Measurement?> found, CancellationToken cancellationToken);

    /// <summary>The sealed pages, of those that have readings, whose spans hold at least one of these keys; each once.</summary>
    /// <param name="keys">In order.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<Page>> FindPagesAsync(IReadOnlyList<ReadingKey> keys, CancellationToken cancellationToken);

    /// <summary>Which messages are among those that are kept already: of the same topic, digest and size.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="isKept">Receives for each whether it is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask FindKeptAsync(IReadOnlyList<RejectedMessage> messages, Memory<bool> isKept, CancellationToken cancellationToken);

    /// <summary>Keeps refused messages; their ids rise in this order.</summary>
    ValueTask KeepAsync(IReadOnlyList<RejectedMessage> messages, CancellationToken cancellationToken);

    /// <summary>Drops the oldest refused messages beyond a number; held ones are neither counted nor dropped.</summary>
    /// <returns>How many were dropped.</returns>
    ValueTask<int> DropRejectedAsync(int rows, CancellationToken cancellationToken);

    /// <summary>How many messages are held of each of these devices.</summary>
    /// <param name="devices">The devices.</param>
    /// <param name="counts">Receives the number of each.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask CountHeldAsync(IReadOnlyList<HeldDevice> devices, Memory<long> counts, CancellationToken cancellationToken);

    /// <summary>How many devices have held messages.</summary>
    ValueTask<long> CountHeldDevicesAsync(CancellationToken cancellationToken);

    /// <summary>Drops the oldest held messages of some devices, and writes down how many.</summary>
    /// <param name="excess">How many to drop of each.</param>
    /// <param name="now">Unix milliseconds UTC.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many were dropped of each.</returns>
    ValueTask<IReadOnlyList<HeldLoss>> DropHeldAsync(IReadOnlyList<HeldLoss> excess, long now, CancellationToken cancellationToken);

    /// <summary>
    /// The next refused messages, in the order of their ids. Nobody else changes or removes them until the transaction ends; where somebody else was about to, this
    /// waits for the result.
    /// </summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="after">Only those after this id.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<ReplayedMessage>> NextRejectedAsync(RejectedFilter filter, long after, int most, CancellationToken cancellationToken);

    /// <summary>Settles messages of <see cref="NextRejectedAsync"/>.</summary>
    /// <param name="removed">The ids of those that are stored by now: they are removed.</param>
    /// <param name="changed">Those that stay. Their reasons, details, times of receipt, and whether they are held, become these.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask SettleRejectedAsync(IReadOnlyList<long> removed, IReadOnlyList<ReplayedMessage> changed, CancellationToken cancellationToken);

    /// <summary>
    /// Commits. When it completes, everything is on disk, in the store that everybody else reads: a store that was removed or replaced meanwhile is a failure.
    /// It cannot be cancelled.
    /// </summary>
    ValueTask CommitAsync();
}
