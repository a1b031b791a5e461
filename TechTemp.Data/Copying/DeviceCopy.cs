using TechTemp.Data.Maintenance;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Copying;

/// <summary>
/// Copies a device, but for its readings: its row, where it stood, how it was calibrated and which numbers are missing, as the source had all of it at one moment.
/// </summary>
internal sealed class DeviceCopy(StoreEnd target, IMaintenanceSession from, IMaintenanceSession to)
{
    private const int RowsOfAStep = 10_000;

    private static readonly int s_lastSeen = CopiedTable.Devices.Columns.Select(column => column.Name).ToList().IndexOf("last_seen_at");

    /// <summary>Makes the device of the target like that of the source.</summary>
    /// <param name="id">The store's key of the device.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was copied; null where the source does not have the device any more.</returns>
    /// <exception cref="StoreException">A store failed.</exception>
    public async ValueTask<DeviceHead?> CopyAsync(int id, CancellationToken cancellationToken)
    {
        var (head, rooms) = await ReadAsync(from, id, cancellationToken);
        if (head is null || (await ReadAsync(to, id, cancellationToken)).Head?.Check == head.Check)
        {
            return head;
        }

        // The source has deleted a device, and one has come with the same uid.
        foreach (var other in await target.Sql.QueryAsync(
            "SELECT id FROM devices WHERE uid = @uid AND id <> @id;", row => row.GetInt32(0), cancellationToken, ("uid", head.Device.Values[1]), ("id", id)))
        {
            await RemoveAsync(other, cancellationToken);
        }

        await using var transaction = await to.WriteAsync(id, cancellationToken);
        await RoomCopy.WriteAsync(transaction, rooms, cancellationToken);
        await TableCopy.UpsertAsync(CopiedTable.Devices, transaction, [head.Device], cancellationToken);
        foreach (var (table, rows) in CopiedTable.OfDevice.Zip(head.Others))
        {
            // All of them: of the placements one alone may be open.
            await transaction.ExecuteAsync($"DELETE FROM {table.Name} WHERE device_id = @id;", cancellationToken, ("id", id));
            await TableCopy.UpsertAsync(table, transaction, rows, cancellationToken);
        }

        await transaction.CommitAsync();
        return head;
    }

    /// <summary>Deletes a device of the target, its readings first and in steps.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask RemoveAsync(int id, CancellationToken cancellationToken)
    {
        for (var goesOn = true; goesOn;)
        {
            await using var step = await to.WriteAsync(id, cancellationToken);
            var beyond = await step.NextRowAsync(long.MinValue, long.MaxValue, RowsOfAStep, cancellationToken);
            await step.DeleteRowsAsync(long.MinValue, (beyond ?? long.MaxValue) - 1, cancellationToken);
            await step.CommitAsync();
            goesOn = beyond is not null;
        }

        await using var transaction = await target.Sql.BeginAsync(cancellationToken);
        await DeviceDeletion.ExecuteAsync(transaction, id, cancellationToken);
        await transaction.CommitAsync();
    }

    /// <summary>A device of one of the two stores.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public static async ValueTask<(DeviceHead? Head, IReadOnlyList<CopiedRow> Rooms)> ReadAsync(IMaintenanceSession session, int id, CancellationToken cancellationToken)
    {
        await using var snapshot = await session.ReadAsync(id, cancellationToken);
        var devices = CopiedTable.Devices;
        var device = await snapshot.QueryAsync(
            $"SELECT {devices.ColumnNames} FROM {devices.Name} WHERE id = @id;", row => CopiedRow.Read(row, devices), cancellationToken, ("id", id));
        if (device.Count == 0)
        {
            return (null, []);
        }

        var others = new List<IReadOnlyList<CopiedRow>>();
        foreach (var table in CopiedTable.OfDevice)
        {
            others.Add(await snapshot.QueryAsync(table.OfDeviceSql, row => CopiedRow.Read(row, table), cancellationToken, ("id", id)));
        }

        var rooms = CopiedTable.Rooms;
        return (new(device[0], (long?)device[0].Values[s_lastSeen], others), await snapshot.QueryAsync(
            $"SELECT {rooms.ColumnNames} FROM {rooms.Name} WHERE id IN (SELECT room_id FROM placements WHERE device_id = @id);", row => CopiedRow.Read(row, rooms), cancellationToken, ("id", id)));
    }
}

/// <summary>A device without its readings.</summary>
/// <param name="Device">Its row.</param>
/// <param name="LastSeen">When it was seen last, unix milliseconds UTC.</param>
/// <param name="Others">Its rows in each table of <see cref="CopiedTable.OfDevice"/>.</param>
internal sealed record DeviceHead(CopiedRow Device, long? LastSeen, IReadOnlyList<IReadOnlyList<CopiedRow>> Others)
{
    /// <summary>Its uid.</summary>
    public string Uid => (string)Device.Values[1]!;

    /// <summary>Counts all of its rows.</summary>
    public TableCheck Check => Others.SelectMany(rows => rows).Aggregate(default(TableCheck) + Device, (sum, row) => sum + row);
}
