using TechTemp.Data.Store;

namespace TechTemp.Data.Copying;

/// <summary>Writes rooms. Placements refer to them, so those that are gone are deleted last.</summary>
internal static class RoomCopy
{
    /// <summary>Writes rooms of the source. One of the target that has the name of one of them in addresses, and is to be deleted, loses it.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public static async ValueTask WriteAsync(IStoreStatements target, IReadOnlyList<CopiedRow> rooms, CancellationToken cancellationToken)
    {
        foreach (var room in rooms)
        {
            await target.ExecuteAsync(
                "UPDATE rooms SET uid = uid || '-gone-' || id WHERE uid = @uid AND id <> @id;", cancellationToken, ("uid", room.Values[1]), ("id", room.Values[0]));
        }

        await TableCopy.UpsertAsync(CopiedTable.Rooms, target, rooms, cancellationToken);
    }
}
