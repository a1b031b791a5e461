using System.Data.Common;
using TechTemp.Data.Postgres.Connections;
using TechTemp.Data.Postgres.Rows;
using TechTemp.Data.Readings;
using TechTemp.Data.Store;
using TechTemp.Readings.Calibrations;
using TechTemp.Readings.Storage;

namespace TechTemp.Data.Postgres.Readings;

/// <summary>The newest readings that are not of the future: a seek for each device; a test asserts the plan.</summary>
public sealed class PostgresLatestReadings(PostgresSql sql, ReadingClock clock) : ILatestReadings
{
    // What a device was last seen at is not of the future either, when this machine's clock has gone back since. Uids are in the order of their bytes, whatever the collation of
    // the database is: so they are on SQLite, and a page begins after the last uid of the page before.
    internal const string Sql =
        """
        SELECT d.uid, r.uid, x.ts, x.temperature, x.humidity, x.more, c.temperature_offset, c.humidity_offset, c.more
        FROM devices d
        CROSS JOIN LATERAL (
            SELECT ts, temperature, humidity, more FROM readings
            WHERE device_id = d.id AND ts <= greatest(@shown, coalesce(d.last_seen_at + @tolerance, 0)) ORDER BY ts DESC LIMIT 1) x
        LEFT JOIN LATERAL (
            SELECT temperature_offset, humidity_offset, more FROM calibrations
            WHERE @calibrated AND device_id = d.id AND from_ts <= x.ts ORDER BY from_ts DESC LIMIT 1) c ON true
        LEFT JOIN placements p ON p.device_id = d.id AND p.to_ts IS NULL
        LEFT JOIN rooms r ON r.id = p.room_id
        WHERE (CAST(@device AS text) IS NULL OR d.uid = @device) AND (CAST(@room AS text) IS NULL OR r.uid = @room) AND (CAST(@home AS text) IS NULL OR d.home = @home)
            AND d.uid COLLATE "C" > @after
        ORDER BY d.uid COLLATE "C" LIMIT CAST(@limit AS bigint);
        """;

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<LatestReading>> ReadAsync(LatestFilter filter, CancellationToken cancellationToken)
    {
        using var span = StoreSpan.Start("SELECT", "readings", system: sql.System);
        var latest = await sql.QueryAsync(Sql, Read, cancellationToken, Parameters(filter));
        span?.Returned(latest.Count);
        return latest;

        LatestReading Read(DbDataReader row)
        {
            var correction = filter.Calibrated ? row.Correction(6) : Correction.None;
            return new(row.GetString(0), row.TextOrNull(1), row.GetInt64(2), correction.Apply(row.Values(3)));
        }
    }

    /// <summary>The parameters of <see cref="Sql"/>.</summary>
    internal (string Name, object? Value)[] Parameters(LatestFilter filter) =>
    [
        ("device", filter.DeviceUid), ("room", filter.RoomUid), ("home", filter.HomeId), ("calibrated", filter.Calibrated), ("after", filter.After ?? ""),
        ("limit", filter.Limit), ("shown", clock.ShownUpTo), ("tolerance", clock.Tolerance),
    ];
}
