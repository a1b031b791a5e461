using TechTemp.Data.Store;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Maintenance;

/// <summary>How far the sealing of a store is, over all devices.</summary>
/// <param name="FinishedDays">Days of UTC from each device's oldest reading to the last day that may be sealed.</param>
/// <param name="SealedDays">Those of them of which no reading is a row; days without readings are among them.</param>
/// <param name="OldestUnsealed">The start of the oldest day that is not sealed, unix milliseconds UTC; null when all are.</param>
/// <param name="Damaged">Days that cannot be sealed because a page is damaged that late readings belong to.</param>
public sealed record SealingProgress(long FinishedDays, long SealedDays, long? OldestUnsealed, IReadOnlyList<DamagedDay> Damaged);

/// <summary>A day with a damaged page.</summary>
/// <param name="DeviceUid">The device.</param>
/// <param name="Day">The day's start, unix milliseconds UTC.</param>
public sealed record DamagedDay(string DeviceUid, long Day);

/// <summary>
/// Finds out from the store alone how far its sealing is: some seeks for each device, and one more for each day that is not sealed; a test asserts the plans. What
/// was found is remembered for ten seconds. Thread-safe.
/// </summary>
public sealed class SealingProgressQueries(IMaintenanceStore store, IStoreSql sql, TimeProvider time) : IDisposable
{
    // Before raw_from readings are being dropped, and pages without readings begin.
    internal static string DevicesSql { get; } =
        $"""
        SELECT d.id, d.uid,
            (SELECT min(ts) FROM readings WHERE device_id = d.id AND ts >= coalesce(d.raw_from, 0)),
            (SELECT max(ts) FROM readings WHERE device_id = d.id AND ts <= @now),
            (SELECT min(id) FROM pages
                WHERE id BETWEEN (CAST(d.id AS bigint) << {PageKey.StepBits}) + coalesce(d.raw_from, 0) / {PageKey.Step} AND (CAST(d.id AS bigint) << {PageKey.StepBits}) + {PageKey.LastStep})
        FROM devices d;
        """;

    // Some tens of milliseconds.
    private const int MostDaysLookedAt = 20_000;
    private const int MostPagesDecoded = 200;

    private static readonly TimeSpan s_holds = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _one = new(1);
    private SealingProgress? _known;
    private long _knownAt;

    /// <summary>Reads how far it is, of the last ten seconds.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask<SealingProgress> ReadAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_known is null || time.GetElapsedTime(_knownAt) >= s_holds)
            {
                _known = await ReadAnewAsync(cancellationToken);
                _knownAt = time.GetTimestamp();
            }

            return _known;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _one.Dispose();

    /// <summary>Reads how far it is now.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    internal async ValueTask<SealingProgress> ReadAnewAsync(CancellationToken cancellationToken)
    {
        using var span = StoreSpan.Start("SELECT", "readings", system: sql.System);
        using var session = store.Open();
        var walk = new Walk(session);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var devices = await sql.QueryAsync(
            DevicesSql,
            row => (Id: row.GetInt32(0), Uid: row.GetString(1), Oldest: row.LongOrNull(2), Newest: row.LongOrNull(3), Page: row.LongOrNull(4) is { } id ? PageKey.StartOf(id) : (long?)null),
            cancellationToken,
            ("now", now));
        foreach (var device in devices)
        {
            if ((device.Page < device.Oldest ? device.Page : device.Oldest ?? device.Page) is { } first)
            {
                await walk.AddAsync(device.Id, device.Uid, first, device.Oldest, ReadingSealing.EndOf(device.Newest, now), cancellationToken);
            }
        }

        span?.Returned(devices.Count);
        return new(walk.Finished, walk.Finished - walk.Unsealed, walk.OldestUnsealed, walk.Damaged);
    }

    private sealed class Walk(IMaintenanceSession session)
    {
        private int _days;
        private int _decoded;

        public long Finished { get; private set; }

        public long Unsealed { get; private set; }

        public long? OldestUnsealed { get; private set; }

        public List<DamagedDay> Damaged { get; } = [];

        /// <summary>Adds a device.</summary>
        /// <param name="deviceId">Its key.</param>
        /// <param name="uid">Its uid.</param>
        /// <param name="first">The time of its oldest reading or page.</param>
        /// <param name="row">The time of its oldest row.</param>
        /// <param name="end">The start of the first day that is not to be sealed.</param>
        /// <param name="cancellationToken">Gives up.</param>
        public async ValueTask AddAsync(int deviceId, string uid, long first, long? row, long end, CancellationToken cancellationToken)
        {
            Finished += Math.Max(0, end - PageKey.DayOf(first)) / PageKey.Day;
            if (!(row < end))
            {
                return;
            }

            OldestUnsealed = Math.Min(OldestUnsealed ?? long.MaxValue, PageKey.DayOf(row.Value));
            await using var snapshot = await session.ReadAsync(deviceId, cancellationToken);
            while (row < end)
            {
                var day = PageKey.DayOf(row.Value);
                if (++_days > MostDaysLookedAt)
                {
                    // In a store of an older version there are mostly readings on each day.
                    Unsealed += (end - day) / PageKey.Day;
                    return;
                }

                Unsealed++;
                if (await IsDamagedAsync(snapshot, day, cancellationToken))
                {
                    Damaged.Add(new(uid, day));
                }

                row = await snapshot.NextRowAsync(day + PageKey.Day, long.MaxValue, 0, cancellationToken);
            }
        }

        // A day that waits for its late readings only has pages for some minutes; for longer where one is damaged.
        private async ValueTask<bool> IsDamagedAsync(IDeviceSnapshot snapshot, long day, CancellationToken cancellationToken)
        {
            if (_decoded >= MostPagesDecoded)
            {
                return false;
            }

            try
            {
                foreach (var page in await snapshot.ReadDayAsync(day, cancellationToken))
                {
                    _decoded++;
                    PageDecoder.Read(page.Key, page.Head.Span, page.Body.Span);
                }

                return false;
            }
            catch (PageDamagedException)
            {
                return true;
            }
        }
    }
}
