using Microsoft.EntityFrameworkCore;
using TechTemp.Data.Rooms;
using TechTemp.Data.Store;

namespace TechTemp.Data.Registries;

/// <summary>Reads and writes rooms.</summary>
public sealed class RoomRegistry(TechTempContext context, TimeProvider time)
{
    /// <summary>All rooms, ordered by name.</summary>
    public async Task<IReadOnlyList<Room>> ListAsync(CancellationToken cancellationToken) =>
        await context.Rooms.AsNoTracking().OrderBy(r => r.Name).ThenBy(r => r.Uid).ToListAsync(cancellationToken);

    /// <summary>One room; null when there is none of that uid.</summary>
    public Task<Room?> FindAsync(string uid, CancellationToken cancellationToken) =>
        context.Rooms.AsNoTracking().SingleOrDefaultAsync(r => r.Uid == uid, cancellationToken);

    /// <summary>Creates a room.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="uid">Its uid; null to make one from the name.</param>
    /// <param name="floor">Its floor, or null.</param>
    /// <param name="side">Its side, or null.</param>
    /// <param name="comfort">Its limits of comfort, or null.</param>
    /// <param name="cancellationToken">Gives up; nothing is written then.</param>
    /// <returns>The room; null when the uid is taken.</returns>
    public async Task<Room?> CreateAsync(string name, string? uid, string? floor, string? side, RoomComfort? comfort, CancellationToken cancellationToken)
    {
        await using var transaction = await RegistryTransaction.BeginAsync(context, cancellationToken);
        var (taken, free) = uid is null ? await BySlugAsync(name, cancellationToken) : (await TrackedAsync(uid, cancellationToken), uid);
        if (taken is not null)
        {
            return null;
        }

        var room = new Room { Uid = free, Name = name, Floor = floor, Side = side, Comfort = comfort, CreatedAt = time.GetUtcNow() };
        context.Rooms.Add(room);
        await context.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return room;
    }

    /// <summary>Changes a room's name, floor, side and limits of comfort.</summary>
    /// <param name="uid">The room.</param>
    /// <param name="change">Changes the tracked room.</param>
    /// <param name="cancellationToken">Gives up; nothing is written then.</param>
    /// <returns>The changed room; null when there is none of that uid.</returns>
    public async Task<Room?> UpdateAsync(string uid, Action<Room> change, CancellationToken cancellationToken)
    {
        // Begun before the room is read: one that is deleted in between is none, and no failure.
        await using var transaction = await RegistryTransaction.BeginAsync(context, cancellationToken);
        var room = await TrackedAsync(uid, cancellationToken);
        if (room is not null)
        {
            change(room);
            await context.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return room;
    }

    /// <summary>Makes two rooms one: every stay in the first counts as one in the second, with its readings, and the first is deleted.</summary>
    /// <param name="uid">The room that goes.</param>
    /// <param name="into">The room that stays; another one.</param>
    /// <param name="cancellationToken">Cancels the change; nothing is written then.</param>
    /// <returns>The room that stays; null when one of them does not exist.</returns>
    public async Task<Room?> MergeAsync(string uid, string into, CancellationToken cancellationToken)
    {
        await using var transaction = await RegistryTransaction.BeginAsync(context, cancellationToken);
        if (await TrackedAsync(uid, cancellationToken) is not { } gone || await TrackedAsync(into, cancellationToken) is not { } stays)
        {
            return null;
        }

        var devices = await context.Placements.Where(p => p.RoomId == gone.Id).Select(p => p.DeviceId).Distinct().ToListAsync(cancellationToken);
        foreach (var device in devices)
        {
            var history = await context.Placements.Where(p => p.DeviceId == device).OrderBy(p => p.From).ToListAsync(cancellationToken);
            Devices.Placement? before = null;
            foreach (var stay in history)
            {
                stay.RoomId = stay.RoomId == gone.Id ? stays.Id : stay.RoomId;
                // A stay that goes on in the same room is one.
                if (before is not null && before.RoomId == stay.RoomId && before.To == stay.From)
                {
                    before.To = stay.To;
                    context.Placements.Remove(stay);
                }
                else
                {
                    before = stay;
                }
            }
        }

        await context.SaveChangesAsync(cancellationToken);
        await context.Rooms.Where(r => r.Id == gone.Id).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return stays;
    }

    /// <summary>Deletes a room that no device stands or stood in.</summary>
    public async Task<RoomDeletion> DeleteAsync(string uid, CancellationToken cancellationToken)
    {
        await using var transaction = await RegistryTransaction.BeginAsync(context, cancellationToken);
        if (await context.Placements.AnyAsync(p => p.Room!.Uid == uid, cancellationToken))
        {
            return RoomDeletion.InUse;
        }

        var deleted = await context.Rooms.Where(r => r.Uid == uid).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return deleted == 0 ? RoomDeletion.NotFound : RoomDeletion.Deleted;
    }

    /// <summary>
    /// The room that a request means, added to the context when it is new: by uid where one is given, else by name, else
    /// by the name's slug. Saves nothing: the caller's transaction does, or the room is not created either.
    /// </summary>
    /// <returns>The room; null when a uid is given that is unknown, without a name to create it by.</returns>
    internal async Task<Room?> ResolveAsync(string? name, string? uid, CancellationToken cancellationToken)
    {
        var (room, free) = uid is null ? await BySlugAsync(name!, cancellationToken) : (await TrackedAsync(uid, cancellationToken), uid);
        if (uid is null)
        {
            room = await context.Rooms.OrderBy(r => r.Id).FirstOrDefaultAsync(r => r.Name == name, cancellationToken) ?? room;
        }

        if (room is null && name is not null)
        {
            room = new() { Uid = free, Name = name, CreatedAt = time.GetUtcNow() };
            context.Rooms.Add(room);
        }

        return room;
    }

    // The room that a name's slug means, or the uid that a room of that name gets. Two names that keep little of themselves
    // in Latin letters share a slug without meaning one room.
    private async Task<(Room? Room, string Uid)> BySlugAsync(string name, CancellationToken cancellationToken)
    {
        var slug = RoomSlug.From(name);
        var room = await TrackedAsync(slug, cancellationToken);
        if (room is null || room.Name == name || RoomSlug.From(room.Name) != slug || !(RoomSlug.LosesLetters(name) || RoomSlug.LosesLetters(room.Name)))
        {
            return (room, slug);
        }

        slug = RoomSlug.WithHash(name);
        return (await TrackedAsync(slug, cancellationToken), slug);
    }

    private Task<Room?> TrackedAsync(string uid, CancellationToken cancellationToken) =>
        context.Rooms.SingleOrDefaultAsync(r => r.Uid == uid, cancellationToken);
}

/// <summary>What became of a request to delete a room.</summary>
public enum RoomDeletion
{
    /// <summary>It is gone.</summary>
    Deleted,

    /// <summary>There was none.</summary>
    NotFound,

    /// <summary>A device stands in it or has stood in it.</summary>
    InUse,
}
