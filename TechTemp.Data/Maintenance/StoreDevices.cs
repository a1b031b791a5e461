using System.Data.Common;
using TechTemp.Data.Store;

namespace TechTemp.Data.Maintenance;

/// <summary>A device, as far as maintenance needs it.</summary>
/// <param name="Id">The store's key.</param>
/// <param name="Uid">Its uid.</param>
/// <param name="RawFrom">Single readings before this time are no longer kept, unix milliseconds UTC; null where none were dropped.</param>
internal readonly record struct MaintainedDevice(int Id, string Uid, long? RawFrom);

/// <summary>Reads which devices there are.</summary>
internal static class StoreDevices
{
    /// <summary>All, by their keys.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public static ValueTask<List<MaintainedDevice>> AllAsync(IStoreSql sql, CancellationToken cancellationToken) =>
        sql.QueryAsync("SELECT id, uid, raw_from FROM devices ORDER BY id;", Read, cancellationToken);

    /// <summary>One; null when there is none of that uid.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public static async ValueTask<MaintainedDevice?> FindAsync(IStoreSql sql, string uid, CancellationToken cancellationToken) =>
        await sql.QueryAsync("SELECT id, uid, raw_from FROM devices WHERE uid = @uid;", Read, cancellationToken, ("uid", uid)) is [var device] ? device : null;

    private static MaintainedDevice Read(DbDataReader row) => new(row.GetInt32(0), row.GetString(1), row.LongOrNull(2));
}
