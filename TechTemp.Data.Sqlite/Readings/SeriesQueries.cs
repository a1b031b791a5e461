using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Pages;
using TechTemp.Data.Store;
using TechTemp.Readings.Calibrations;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Sqlite.Readings;

/// <summary>What a series is made of, and whose readings they are.</summary>
/// <param name="Parts">Its parts, in no order.</param>
/// <param name="DeviceUids">The uid of each part's device by the store's key.</param>
/// <param name="Quantities">What these devices have ever measured.</param>
public sealed record Series(IReadOnlyList<SeriesPart> Parts, IReadOnlyDictionary<int, string> DeviceUids, QuantitySet Quantities)
{
    /// <summary>The same series without what is later.</summary>
    /// <param name="to">Last time, unix milliseconds UTC, inclusive.</param>
    public Series Until(long to) => this with { Parts = [.. Parts.Where(p => p.From <= to).Select(p => p with { To = Math.Min(p.To, to) })] };
}

/// <summary>The readings of a device or a room over time. Each part is a seek on the keys of readings and pages; a test asserts the plans.</summary>
public sealed class SeriesQueries(StoreConnections connections)
{
    internal const string StaysSql =
        """
        SELECT p.device_id, d.uid, p.from_ts, p.to_ts, d.measures
        FROM placements p JOIN devices d ON d.id = p.device_id
        WHERE p.room_id = ?1 AND p.from_ts <= ?3 AND (p.to_ts IS NULL OR p.to_ts > ?2);
        """;

    // Some hundred kilobytes, and a few milliseconds of a snapshot.
    private const int ReadingsOfAChunk = 10_000;

    private const string DeviceSql = "SELECT id, measures FROM devices WHERE uid = ?1;";
    private const string RoomSql = "SELECT id FROM rooms WHERE uid = ?1;";

    /// <summary>The series of a device.</summary>
    /// <param name="uid">The device.</param>
    /// <param name="from">First time, unix milliseconds UTC, inclusive.</param>
    /// <param name="to">Last time, inclusive.</param>
    /// <param name="calibrated">Whether its calibrations are added.</param>
    /// <returns>Null when there is no device of that uid.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    public Series? OfDevice(string uid, long from, long to, bool calibrated)
    {
        using var reader = connections.Read("devices");
        var device = reader.Prepare(DeviceSql);
        if (Find(device, uid) is not { } id)
        {
            return null;
        }

        var quantities = new QuantitySet(device.Long(1));
        return new([.. Parts(CalibrationsOf(reader, calibrated), id, from, to)], new Dictionary<int, string> { [id] = uid }, quantities);
    }

    /// <summary>The series of a room: of whichever devices were placed there, each for its own time.</summary>
    /// <param name="uid">The room.</param>
    /// <param name="from">First time, unix milliseconds UTC, inclusive.</param>
    /// <param name="to">Last time, inclusive.</param>
    /// <param name="calibrated">Whether the devices' calibrations are added.</param>
    /// <returns>Null when there is no room of that uid.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    public Series? OfRoom(string uid, long from, long to, bool calibrated)
    {
        using var reader = connections.Read("rooms");
        reader.BeginSnapshot();
        if (Find(reader.Prepare(RoomSql), uid) is not { } id)
        {
            return null;
        }

        var stays = reader.Prepare(StaysSql).Bind(1, id).Bind(2, from).Bind(3, to);
        var calibrations = CalibrationsOf(reader, calibrated);
        var parts = new List<SeriesPart>();
        var uids = new Dictionary<int, string>();
        var quantities = default(QuantitySet);
        while (stays.Step())
        {
            var deviceId = (int)stays.Long(0);
            uids[deviceId] = stays.Text(1);
            quantities |= new QuantitySet(stays.Long(4));
            // A stay's end is the first moment elsewhere.
            var last = stays.LongOrNull(3) - 1 ?? long.MaxValue;
            parts.AddRange(Parts(calibrations, deviceId, Math.Max(from, stays.Long(2)), Math.Min(to, last)));
        }

        return new(parts, uids, quantities);
    }

    /// <summary>
    /// The readings of a series, in the order of <see cref="Readings(Series)"/>, in chunks: between two of them nothing is held in the store, however
    /// slowly they are taken. A snapshot that is held keeps the write-ahead log from being emptied (https://sqlite.org/wal.html, section 6).
    /// What is stored or removed meanwhile may be among them or not.
    /// </summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public IEnumerable<SeriesReading> ReadingsInChunks(Series series)
    {
        var chunk = new List<SeriesReading>();
        var (to, before) = (long.MaxValue, int.MaxValue);
        do
        {
            chunk.Clear();
            chunk.AddRange(Readings(series.Until(to)).SkipWhile(r => r.Ts == to && r.DeviceId >= before).Take(ReadingsOfAChunk));
            foreach (var reading in chunk)
            {
                yield return reading;
                (to, before) = (reading.Ts, reading.DeviceId);
            }
        }
        while (chunk.Count == ReadingsOfAChunk);
    }

    /// <summary>The readings of a series, newest first (of one moment, by descending key of the device), read from one snapshot as they are taken.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public IEnumerable<SeriesReading> Readings(Series series)
    {
        using var reader = connections.Read("readings");
        // One snapshot for all parts.
        reader.BeginSnapshot();
        var devices = series.Parts.GroupBy(p => p.DeviceId).Select(parts => Readings(new DeviceReadings(reader), parts)).ToList();
        var merged = devices.Count == 1 ? devices[0] : Merge(devices);
        foreach (var reading in merged)
        {
            yield return reading;
        }
    }

    private static Statement? CalibrationsOf(StoreReader reader, bool calibrated) => calibrated ? reader.Prepare(StoredCalibrations.Sql) : null;

    private static IEnumerable<SeriesPart> Parts(Statement? calibrations, int deviceId, long from, long to)
    {
        if (from > to)
        {
            yield break;
        }

        var part = new SeriesPart(deviceId, from, to, calibrations is null ? Correction.None : Correction.Usual);
        foreach (var (start, correction) in calibrations is null ? [] : StoredCalibrations.Of(calibrations, deviceId).Segments)
        {
            if (start > to)
            {
                break;
            }

            if (start > part.From)
            {
                yield return part with { To = start - 1 };
                part = part with { From = start };
            }

            part = part with { Correction = correction };
        }

        yield return part;
    }

    private static int? Find(Statement byUid, string uid) => byUid.Bind(1, uid).Step() ? (int)byUid.Long(0) : null;

    private static IEnumerable<SeriesReading> Readings(DeviceReadings readings, IEnumerable<SeriesPart> partsOfOneDevice) =>
        partsOfOneDevice.ToList() is [var part] ? readings.Backward(part) : partsOfOneDevice.OrderByDescending(p => p.From).SelectMany(readings.Backward);

    private static IEnumerable<SeriesReading> Merge(List<IEnumerable<SeriesReading>> devices)
    {
        var readers = devices.ConvertAll(d => d.GetEnumerator());
        try
        {
            var newestFirst = new PriorityQueue<IEnumerator<SeriesReading>, (long, int)>(readers.Count);
            readers.ForEach(Enqueue);
            while (newestFirst.TryDequeue(out var next, out _))
            {
                yield return next.Current;
                Enqueue(next);
            }

            void Enqueue(IEnumerator<SeriesReading> readings)
            {
                if (readings.MoveNext())
                {
                    newestFirst.Enqueue(readings, (-readings.Current.Ts, -readings.Current.DeviceId));
                }
            }
        }
        finally
        {
            // Whoever stops early must not leave a statement behind: its connection would go back to the pool in the middle
            // of a read, and whoever gets it would see the store as it was.
            readers.ForEach(r => r.Dispose());
        }
    }
}
