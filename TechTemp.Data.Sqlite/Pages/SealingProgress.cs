using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Rows;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Sqlite.Pages;

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
public sealed class SealingProgressQueries(StoreConnections connections, TimeProvider time)
{
    // Before raw_from readings are being dropped, and pages without readings begin.
    internal static string DevicesSql { get; } =
        $"""
        SELECT d.id, d.uid,
            (SELECT min(ts) FROM readings WHERE device_id = d.id AND ts >= coalesce(d.raw_from, 0)),
            (SELECT max(ts) FROM readings WHERE device_id = d.id AND ts <= ?1),
            (SELECT min(id) FROM pages WHERE id BETWEEN (d.id << {PageKey.StepBits}) + coalesce(d.raw_from, 0) / {PageKey.Step} AND (d.id << {PageKey.StepBits}) + {PageKey.LastStep})
        FROM devices d;
        """;

    // Some tens of milliseconds.
    private const int MostDaysLookedAt = 20_000;
    private const int MostPagesDecoded = 200;

    private static readonly TimeSpan s_holds = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private SealingProgress? _known;
    private long _knownAt;

    /// <summary>Reads how far it is, of the last ten seconds.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public SealingProgress Read()
    {
        lock (_lock)
        {
            if (_known is null || time.GetElapsedTime(_knownAt) >= s_holds)
            {
                _known = ReadAnew();
                _knownAt = time.GetTimestamp();
            }

            return _known;
        }
    }

    /// <summary>Reads how far it is now.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    internal SealingProgress ReadAnew()
    {
        using var reader = connections.Read("readings");
        reader.BeginSnapshot();
        var walk = new Walk(reader);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        for (var device = reader.Prepare(DevicesSql).Bind(1, now); device.Step();)
        {
            var (oldest, page) = (device.LongOrNull(2), device.LongOrNull(4) is { } id ? PageKey.StartOf(id) : (long?)null);
            if ((page < oldest ? page : oldest ?? page) is { } first)
            {
                walk.Add((int)device.Long(0), device, first, oldest, ReadingSealing.EndOf(device.LongOrNull(3), now));
            }
        }

        return new(walk.Finished, walk.Finished - walk.Unsealed, walk.OldestUnsealed, walk.Damaged);
    }

    private sealed class Walk(StoreReader reader)
    {
        private readonly Statement _nextRow = reader.Prepare(ReadingTable.NextSql);
        private readonly Statement _pages = reader.Prepare(PageTable.RangeSql);
        private int _days;
        private int _decoded;

        public long Finished { get; private set; }

        public long Unsealed { get; private set; }

        public long? OldestUnsealed { get; private set; }

        public List<DamagedDay> Damaged { get; } = [];

        /// <summary>Adds a device.</summary>
        /// <param name="deviceId">Its key.</param>
        /// <param name="device">A row of <see cref="DevicesSql"/>, of which the uid is taken where it is needed.</param>
        /// <param name="first">The time of its oldest reading or page.</param>
        /// <param name="row">The time of its oldest row.</param>
        /// <param name="end">The start of the first day that is not to be sealed.</param>
        public void Add(int deviceId, Statement device, long first, long? row, long end)
        {
            Finished += Math.Max(0, end - PageKey.DayOf(first)) / PageKey.Day;
            if (row < end)
            {
                OldestUnsealed = Math.Min(OldestUnsealed ?? long.MaxValue, PageKey.DayOf(row.Value));
            }

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
                if (IsDamaged(deviceId, day))
                {
                    Damaged.Add(new(device.Text(1), day));
                }

                row = _nextRow.Bind(1, deviceId).Bind(2, day + PageKey.Day - 1).Step() ? _nextRow.LongOrNull(0) : null;
                _nextRow.Reset();
            }
        }

        // A day that waits for its late readings only has pages for some minutes; for longer where one is damaged.
        private bool IsDamaged(int deviceId, long day)
        {
            try
            {
                for (_pages.BindPages(deviceId, day, day + PageKey.Day - 1); _decoded < MostPagesDecoded && _pages.Step(); _decoded++)
                {
                    if (!_pages.Body().IsEmpty)
                    {
                        PageDecoder.Read(_pages.Key(), _pages.Head(), _pages.Body());
                    }
                }

                return false;
            }
            catch (PageDamagedException)
            {
                return true;
            }
            finally
            {
                _pages.Reset();
            }
        }
    }
}
