using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using TechTemp.Data.Devices;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Rejections;
using TechTemp.Data.Replay;
using TechTemp.Data.Store;
using TechTemp.Data.Work;

namespace TechTemp.Data.Registries;

/// <summary>Reads, provisions, moves and deletes devices. Each write is one transaction: all of it or nothing.</summary>
public sealed class DeviceRegistry(TechTempContext context, RoomRegistry rooms, RejectedMessages rejected, WorkRegistry work, ReadingRemoval removal, TimeProvider time)
{
    private static readonly Expression<Func<Device, DeviceView>> s_toView = d => new(
        d.Uid,
        d.Placements.Where(p => p.To == null).Select(p => new RoomRef(p.Room!.Uid, p.Room.Name)).FirstOrDefault(),
        d.Label,
        d.Model,
        d.Home,
        d.Provisioned,
        d.CreatedAt,
        d.LastSeenAt);

    /// <summary>Devices, ordered by uid: one page of those that a filter selects.</summary>
    /// <param name="filter">Which devices.</param>
    /// <param name="after">Only devices after this uid: the last one of the page before; null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public async Task<IReadOnlyList<DeviceView>> ListAsync(DeviceFilter filter, string? after, int limit, CancellationToken cancellationToken) =>
        await filter.Of(context.Devices.AsNoTracking())
            .Where(d => after == null || string.Compare(d.Uid, after) > 0)
            .OrderBy(d => d.Uid)
            .Take(limit)
            .Select(s_toView)
            .ToListAsync(cancellationToken);

    /// <summary>When each device was last seen (<see cref="Device.LastSeenAt"/>), in no order.</summary>
    public async Task<IReadOnlyList<DateTimeOffset?>> LastSeenAsync(CancellationToken cancellationToken) =>
        await context.Devices.Select(d => d.LastSeenAt).ToListAsync(cancellationToken);

    /// <summary>One device; null when there is none of that uid.</summary>
    public Task<DeviceView?> FindAsync(string uid, CancellationToken cancellationToken) =>
        context.Devices.AsNoTracking().Where(d => d.Uid == uid).Select(s_toView).SingleOrDefaultAsync(cancellationToken);

    /// <summary>The store's key of a device; null when there is none of that uid.</summary>
    public Task<int?> FindIdAsync(string uid, CancellationToken cancellationToken) =>
        context.Devices.Where(d => d.Uid == uid).Select(d => (int?)d.Id).SingleOrDefaultAsync(cancellationToken);

    /// <summary>The rooms that a device has stood in, newest first; null when there is no device of that uid.</summary>
    public async Task<IReadOnlyList<PlacementView>?> PlacementsAsync(string uid, CancellationToken cancellationToken) =>
        await context.Devices.Where(d => d.Uid == uid)
            .Select(d => d.Placements.OrderByDescending(p => p.From)
                .Select(p => new PlacementView(new(p.Room!.Uid, p.Room.Name), p.From, p.To))
                .ToList())
            .SingleOrDefaultAsync(cancellationToken);

    /// <summary>
    /// Gives a new device, or one that registered itself, its place. It counts from its first reading where it has one, held ones included.
    /// Messages that were held for it are stored afterwards, in their order: the first of them before this returns, the others by <see cref="HeldReplay"/> in any process.
    /// </summary>
    /// <returns><see cref="DeviceOutcome.Done"/>, <see cref="DeviceOutcome.AlreadyProvisioned"/> or <see cref="DeviceOutcome.UnknownRoom"/>.</returns>
    public async Task<DeviceOutcome> ProvisionAsync(Provisioning provisioning, CancellationToken cancellationToken)
    {
        // Before the transaction, because there may be many. What comes meanwhile is looked at in it.
        var held = new HeldTimes();
        rejected.ReadHeld(provisioning.Uid, held);
        var owner = WorkRegistry.NewOwner();
        var outcome = await ConcurrentChange.RunAsync(context, () => ProvisionAsync(provisioning, held, owner, cancellationToken));
        if (outcome == DeviceOutcome.Done)
        {
            await ReplayFirstAsync(provisioning.Uid, owner, cancellationToken);
        }

        return outcome;
    }

    private async Task<DeviceOutcome> ProvisionAsync(Provisioning provisioning, HeldTimes held, string owner, CancellationToken cancellationToken)
    {
        await using var transaction = await RegistryTransaction.BeginAsync(context, cancellationToken);
        var device = await TrackedAsync(provisioning.Uid, cancellationToken);
        if (device is { Provisioned: true })
        {
            return DeviceOutcome.AlreadyProvisioned;
        }

        if (await rooms.ResolveAsync(provisioning.RoomName, provisioning.RoomUid, cancellationToken) is not { } room)
        {
            return DeviceOutcome.UnknownRoom;
        }

        var now = time.GetUtcNow();
        if (device is null)
        {
            device = new() { Uid = provisioning.Uid, CreatedAt = now };
            context.Devices.Add(device);
        }

        device.Provisioned = true;
        device.Label = provisioning.Label;
        device.Model = provisioning.Model ?? device.Model;
        rejected.ReadHeld(device.Uid, held);
        // A reading that comes before the held ones are stored must not choose another home.
        device.Home = provisioning.Home ?? device.Home ?? held.FirstHome;
        await context.SaveChangesAsync(cancellationToken);
        var stored = await context.Readings.Where(r => r.DeviceId == device.Id).MinAsync(r => (long?)r.Ts, cancellationToken);
        var first = held.Oldest(device.Home) is { } oldest && !(stored < oldest) ? oldest : stored;
        var since = first < now.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(first.Value) : now;
        context.Placements.RemoveRange(Placing.Place(device.Placements, room, since));
        await context.SaveChangesAsync(cancellationToken);
        // Always: on a server, ingest may be about to hold a reading because it has not seen the device yet. A process looks for such ones some seconds later.
        await context.Database.ExecuteSqlRawAsync(work.BeginReplaySql, [device.Id, owner], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        context.ChangeTracker.Clear();
        return DeviceOutcome.Done;
    }

    /// <summary>Changes a device's label, model and room.</summary>
    /// <returns><see cref="DeviceOutcome.Done"/>, <see cref="DeviceOutcome.NotFound"/> or <see cref="DeviceOutcome.UnknownRoom"/>.</returns>
    public async Task<DeviceOutcome> UpdateAsync(string uid, DeviceChange change, CancellationToken cancellationToken)
    {
        await using var transaction = await RegistryTransaction.BeginAsync(context, cancellationToken);
        if (await TrackedAsync(uid, cancellationToken) is not { } device)
        {
            return DeviceOutcome.NotFound;
        }

        if (change.SetsLabel)
        {
            device.Label = change.Label;
        }

        if (change.SetsModel)
        {
            device.Model = change.Model;
        }

        if (change.LeavesRoom)
        {
            context.Placements.RemoveRange(Placing.Leave(device.Placements, change.MovedAt ?? time.GetUtcNow()));
        }
        else if (change.NamesRoom)
        {
            if (await rooms.ResolveAsync(change.RoomName, change.RoomUid, cancellationToken) is not { } room)
            {
                return DeviceOutcome.UnknownRoom;
            }

            context.Placements.RemoveRange(Placing.Place(device.Placements, room, change.MovedAt ?? time.GetUtcNow()));
        }

        await context.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return DeviceOutcome.Done;
    }

    /// <summary>
    /// Deletes a device, its placements and, when the request says so, its readings: those first, in steps, so that ingest does not wait for millions of
    /// them. When the process is killed meanwhile, another one goes on.
    /// </summary>
    /// <returns><see cref="DeviceOutcome.Done"/>, <see cref="DeviceOutcome.NotFound"/> or <see cref="DeviceOutcome.HasReadings"/>.</returns>
    public async Task<DeviceOutcome> DeleteAsync(string uid, bool withReadings, CancellationToken cancellationToken)
    {
        if (await FindIdAsync(uid, cancellationToken) is not { } id)
        {
            return DeviceOutcome.NotFound;
        }

        if (withReadings)
        {
            return await removal.RemoveDeviceAsync(id) ? DeviceOutcome.Done : DeviceOutcome.NotFound;
        }

        await using var transaction = await RegistryTransaction.BeginAsync(context, CancellationToken.None);
        // Its row is locked first: on a server a reading that is being written is there when the lock is, and none is written after that.
        var locked = await context.Devices.Where(d => d.Id == id).ExecuteUpdateAsync(set => set.SetProperty(d => d.Label, d => d.Label), CancellationToken.None);
        if (await context.Readings.AnyAsync(r => r.DeviceId == id, CancellationToken.None))
        {
            return DeviceOutcome.HasReadings;
        }

        // Placements go with it by their foreign keys. It has no pages: where there are pages there is a reading that is newer.
        await context.Devices.Where(d => d.Id == id).ExecuteDeleteAsync(CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        return locked == 0 ? DeviceOutcome.NotFound : DeviceOutcome.Done;
    }

    private async Task ReplayFirstAsync(string uid, string owner, CancellationToken cancellationToken)
    {
        try
        {
            // Not cancelled with the request: the device is provisioned whether the client waits or not.
            if ((await rejected.ReplayHeldAsync(uid, 0, CancellationToken.None)).Last is not null && await FindIdAsync(uid, cancellationToken) is { } id)
            {
                await work.ReleaseAsync(new(id, WorkKind.Replay, 0, 0, owner));
            }
        }
        catch (Exception e) when (e is StoreException or DbUpdateException or OperationCanceledException)
        {
            // The device is provisioned; some seconds later a process goes on with its readings.
        }
    }

    private Task<Device?> TrackedAsync(string uid, CancellationToken cancellationToken) =>
        context.Devices.Include(d => d.Placements).ThenInclude(p => p.Room).SingleOrDefaultAsync(d => d.Uid == uid, cancellationToken);
}
