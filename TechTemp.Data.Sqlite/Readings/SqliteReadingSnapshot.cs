using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Pages;
using TechTemp.Data.Sqlite.Rows;
using TechTemp.Readings.Calibrations;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Storage;

namespace TechTemp.Data.Sqlite.Readings;

/// <summary>
/// A read transaction. SQLite computes in the calling thread, so each call has ended when it returns. Every statement is a seek on a key; a test asserts
/// the plans.
/// </summary>
internal sealed class SqliteReadingSnapshot(StoreReader reader) : IReadingSnapshot
{
    internal const string DeviceSql = "SELECT id, measures FROM devices WHERE uid = ?1;";

    internal const string StaysSql =
        """
        SELECT p.device_id, d.uid, p.from_ts, p.to_ts, d.measures
        FROM placements p JOIN devices d ON d.id = p.device_id
        WHERE p.room_id = ?1 AND p.from_ts <= ?3 AND (p.to_ts IS NULL OR p.to_ts > ?2);
        """;

    internal const string SpanSql =
        """
        SELECT (SELECT min(ts) FROM readings WHERE device_id = ?1), (SELECT max(ts) FROM readings WHERE device_id = ?1),
            (SELECT min(id) FROM pages WHERE id BETWEEN ?2 AND ?3), (SELECT max(id) FROM pages WHERE id BETWEEN ?2 AND ?3);
        """;

    private const string RoomSql = "SELECT id FROM rooms WHERE uid = ?1;";

    /// <inheritdoc />
    public ValueTask<StoredDevice?> DeviceAsync(string uid, CancellationToken cancellationToken)
    {
        var row = reader.Prepare(DeviceSql, "devices").Bind(1, uid);
        return new(row.Step() ? new StoredDevice((int)row.Long(0), new(row.Long(1))) : null);
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<Stay>?> StaysAsync(string roomUid, long first, long last, CancellationToken cancellationToken)
    {
        var room = reader.Prepare(RoomSql, "rooms").Bind(1, roomUid);
        if (!room.Step())
        {
            return default;
        }

        var stays = new List<Stay>();
        for (var row = reader.Prepare(StaysSql, "rooms").Bind(1, room.Long(0)).Bind(2, first).Bind(3, last); row.Step();)
        {
            stays.Add(new(new((int)row.Long(0), new(row.Long(4))), row.Text(1), row.Long(2), row.LongOrNull(3)));
        }

        return new(stays);
    }

    /// <inheritdoc />
    public ValueTask<CalibrationHistory> CalibrationsAsync(int deviceId, CancellationToken cancellationToken) =>
        new(StoredCalibrations.Of(reader.Prepare(StoredCalibrations.Sql, "calibrations"), deviceId));

    /// <inheritdoc />
    public ValueTask<(long From, long To)?> SpanAsync(int deviceId, CancellationToken cancellationToken)
    {
        var span = reader.Prepare(SpanSql).Bind(1, deviceId).Bind(2, PageKey.FirstId(deviceId, 0)).Bind(3, PageKey.LastId(deviceId, long.MaxValue));
        span.Step();
        var oldest = Math.Min(span.LongOrNull(0) ?? long.MaxValue, span.LongOrNull(2) is { } first ? PageKey.StartOf(first) : long.MaxValue);
        var newest = Math.Max(span.LongOrNull(1) ?? long.MinValue, span.LongOrNull(3) is { } last ? PageKey.StartOf(last) + PageKey.Day - 1 : long.MinValue);
        return new(oldest <= newest ? (oldest, newest) : null);
    }

    /// <inheritdoc />
    public ValueTask OldestRowsAsync(DeviceRange range, int limit, PageReadingsBuilder rows, CancellationToken cancellationToken) =>
        Rows(ReadingTable.ForwardSql, range, limit, rows, cancellationToken);

    /// <inheritdoc />
    public ValueTask NewestRowsAsync(DeviceRange range, int limit, PageReadingsBuilder rows, CancellationToken cancellationToken) =>
        Rows(ReadingTable.BackwardSql, range, limit, rows, cancellationToken);

    /// <inheritdoc />
    public ValueTask NewestPagesAsync(DeviceRange range, int readings, StoredPages pages, CancellationToken cancellationToken)
    {
        using var mutex = reader.Enter();
        var row = reader.Prepare(PageTable.BackwardSql).BindPages(range.DeviceId, range.From, range.To);
        while (pages.Readings < readings && row.Step())
        {
            if (row.Key() is var key && key.End > range.From && row.Body() is { IsEmpty: false } body)
            {
                pages.Add(key, row.Head(), body);
            }
        }

        row.Reset();
        return default;
    }

    /// <inheritdoc />
    public ValueTask OldestHeadsAsync(DeviceRange range, int limit, StoredPages pages, CancellationToken cancellationToken)
    {
        using var mutex = reader.Enter();
        var row = reader.Prepare(PageTable.HeadsSql).BindPages(range.DeviceId, range.From, range.To);
        for (; limit > 0 && row.Step(); limit--)
        {
            pages.Add(row.Key(), row.Head(), hasBody: row.Long(3) != 0);
        }

        row.Reset();
        return default;
    }

    /// <inheritdoc />
    public ValueTask BodiesAsync(StoredPages pages, IReadOnlyList<int> wanted, CancellationToken cancellationToken)
    {
        if (wanted.Count == 0)
        {
            return default;
        }

        cancellationToken.ThrowIfCancellationRequested();
        using var mutex = reader.Enter();
        var row = reader.Prepare(PageTable.BodySql);
        for (var i = 0; i < wanted.Count; i++)
        {
            row.Bind(1, pages.KeyOf(wanted[i]).Id).Step();
            pages.SetBody(wanted[i], row.Blob(0));
            row.Reset();
        }

        return default;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        reader.Dispose();
        return default;
    }

    private ValueTask Rows(string sql, DeviceRange range, int limit, PageReadingsBuilder rows, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var mutex = reader.Enter();
        var row = reader.Prepare(sql).Bind(1, range.DeviceId).Bind(2, range.From).Bind(3, range.To);
        for (; limit > 0 && row.Step(); limit--)
        {
            rows.Add(row.Long(0), row.Values(1), (byte)row.Long(4));
        }

        row.Reset();
        return default;
    }
}
