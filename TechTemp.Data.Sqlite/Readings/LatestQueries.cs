using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Rows;
using TechTemp.Data.Store;
using TechTemp.Readings.Calibrations;
using TechTemp.Readings.Storage;

namespace TechTemp.Data.Sqlite.Readings;

/// <summary>The newest readings that are not of the future, as prepared SQL: a seek for each device; a test asserts the plan.</summary>
internal sealed class LatestQueries(StoreConnections connections, ReadingClock clock) : ILatestReadings
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

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<LatestReading>> ReadAsync(LatestFilter filter, CancellationToken cancellationToken)
    {
        using var reader = connections.Read("readings");
        var question = new Question(filter, ShownUpTo());
        // Dashboards ask again and again, mostly before there is anything new.
        return new(reader.Remember(question, r => Read(r, question)));
    }

    /// <summary>All of them, from the file even when nothing was committed since: what a benchmark measures.</summary>
    internal IReadOnlyList<LatestReading> ReadAnew()
    {
        using var reader = connections.Read();
        return Read(reader, new(LatestFilter.All, ShownUpTo()));
    }

    // To the second: what is remembered holds for as long.
    private long ShownUpTo() => (clock.ShownUpTo / 1_000 * 1_000) + 999;

    private List<LatestReading> Read(StoreReader reader, Question question)
    {
        var filter = question.Filter;
        var rows = reader.Prepare(Sql).Bind(1, filter.DeviceUid).Bind(2, filter.RoomUid).Bind(3, filter.HomeId).Bind(4, filter.Calibrated ? 1 : 0)
            .Bind(5, filter.After ?? "").Bind(6, filter.Limit ?? -1).Bind(7, question.ShownUpTo).Bind(8, clock.Tolerance);
        var latest = new List<LatestReading>();
        while (rows.Step())
        {
            var correction = filter.Calibrated ? StoredCalibrations.Correction(rows, 6) : Correction.None;
            latest.Add(new(rows.Text(0), rows.TextOrNull(1), rows.Long(2), correction.Apply(rows.Values(3))));
        }

        return latest;
    }

    private sealed record Question(LatestFilter Filter, long ShownUpTo);
}
