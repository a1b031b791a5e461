using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Rows;
using TechTemp.Data.Store;
using TechTemp.Readings.Calibrations;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Sqlite.Readings;

/// <summary>A device's newest reading, with its device and the room where the device stands now.</summary>
/// <param name="DeviceUid">The device.</param>
/// <param name="RoomUid">The room where it stands now; null when none.</param>
/// <param name="Ts">Unix milliseconds UTC.</param>
/// <param name="Values">What it measured.</param>
public sealed record LatestReading(string DeviceUid, string? RoomUid, long Ts, QuantityValues Values);

/// <summary>The newest readings that are not of the future, as prepared SQL: a seek for each device; a test asserts the plan.</summary>
public sealed class LatestQueries(StoreConnections connections, ReadingClock clock)
{
    // What a device was last seen at is not of the future either, when this machine's clock has gone back since.
    internal const string Sql =
        """
        SELECT d.uid, r.uid, x.ts, x.temperature, x.humidity, x.more, c.temperature_offset, c.humidity_offset, c.more
        FROM devices d
        JOIN readings x ON x.device_id = d.id AND x.ts = (SELECT max(ts) FROM readings WHERE device_id = d.id AND ts <= max(?7, coalesce(d.last_seen_at + ?8, 0)))
        LEFT JOIN calibrations c ON ?4 AND c.device_id = d.id
            AND c.from_ts = (SELECT max(from_ts) FROM calibrations WHERE device_id = d.id AND from_ts <= x.ts)
        LEFT JOIN placements p ON p.device_id = d.id AND p.to_ts IS NULL
        LEFT JOIN rooms r ON r.id = p.room_id
        WHERE (?1 IS NULL OR d.uid = ?1) AND (?2 IS NULL OR r.uid = ?2) AND (?3 IS NULL OR d.home = ?3) AND d.uid > ?5
        ORDER BY d.uid LIMIT ?6;
        """;

    /// <summary>The newest reading of every device that has one that is not of the future, ordered by device uid.</summary>
    /// <param name="deviceUid">Only this device; null for all.</param>
    /// <param name="roomUid">Only devices that stand in this room now; null for all.</param>
    /// <param name="homeId">Only devices of this home; null for all.</param>
    /// <param name="calibrated">Whether the device's calibration of that time is added; false for the reading as it was stored.</param>
    /// <param name="after">Only devices whose uid comes after this one; null for all.</param>
    /// <param name="limit">How many at most; null for all.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public IReadOnlyList<LatestReading> Read(
        string? deviceUid = null, string? roomUid = null, string? homeId = null, bool calibrated = true, string? after = null, int? limit = null)
    {
        using var reader = connections.Read("readings");
        var question = new Question(deviceUid, roomUid, homeId, calibrated, after ?? "", limit ?? -1, ShownUpTo());
        // Dashboards ask again and again, mostly before there is anything new.
        return reader.Remember(question, r => Read(r, question));
    }

    /// <summary>All of them, from the file even when nothing was committed since: what a benchmark measures.</summary>
    internal IReadOnlyList<LatestReading> ReadAnew()
    {
        using var reader = connections.Read();
        return Read(reader, new(null, null, null, true, "", -1, ShownUpTo()));
    }

    // To the second: what is remembered holds for as long.
    private long ShownUpTo() => (clock.ShownUpTo / 1_000 * 1_000) + 999;

    private List<LatestReading> Read(StoreReader reader, Question question)
    {
        var rows = reader.Prepare(Sql).Bind(1, question.DeviceUid).Bind(2, question.RoomUid).Bind(3, question.HomeId).Bind(4, question.Calibrated ? 1 : 0)
            .Bind(5, question.After).Bind(6, question.Limit).Bind(7, question.ShownUpTo).Bind(8, clock.Tolerance);
        var latest = new List<LatestReading>();
        while (rows.Step())
        {
            var correction = question.Calibrated ? StoredCalibrations.Correction(rows, 6) : Correction.None;
            latest.Add(new(rows.Text(0), rows.TextOrNull(1), rows.Long(2), correction.Apply(rows.Values(3))));
        }

        return latest;
    }

    private sealed record Question(string? DeviceUid, string? RoomUid, string? HomeId, bool Calibrated, string After, int Limit, long ShownUpTo);
}
