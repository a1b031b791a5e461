using System.Data.Common;
using Npgsql;
using TechTemp.Data.Postgres.Connections;
using TechTemp.Data.Postgres.Rows;
using TechTemp.Data.Store;
using TechTemp.Readings.Calibrations;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Storage;

namespace TechTemp.Data.Postgres.Readings;

/// <summary>A transaction that only reads. Each call is one round trip, but for pages of which more are needed than were guessed.</summary>
internal sealed class PostgresReadingSnapshot(NpgsqlConnection connection, NpgsqlTransaction transaction, TransactionSql sql) : IReadingSnapshot
{
    private const string DeviceSql = "SELECT id, measures FROM devices WHERE uid = $1;";

    // A room without stays is one row of NULLs.
    private const string StaysSql =
        """
        SELECT p.device_id, d.uid, p.from_ts, p.to_ts, d.measures
        FROM rooms r
        LEFT JOIN placements p ON p.room_id = r.id AND p.from_ts <= $3 AND (p.to_ts IS NULL OR p.to_ts > $2)
        LEFT JOIN devices d ON d.id = p.device_id
        WHERE r.uid = $1;
        """;

    private const string CalibrationsSql = "SELECT from_ts, temperature_offset, humidity_offset, more FROM calibrations WHERE device_id = $1 ORDER BY from_ts;";

    private const string SpanSql =
        """
        SELECT (SELECT min(ts) FROM readings WHERE device_id = $1), (SELECT max(ts) FROM readings WHERE device_id = $1),
            (SELECT min(id) FROM pages WHERE id BETWEEN $2 AND $3), (SELECT max(id) FROM pages WHERE id BETWEEN $2 AND $3);
        """;

    internal const string OldestRowsSql =
        "SELECT ts, temperature, humidity, more, source FROM readings WHERE device_id = $1 AND ts BETWEEN $2 AND $3 ORDER BY ts LIMIT $4;";

    internal const string NewestRowsSql =
        "SELECT ts, temperature, humidity, more, source FROM readings WHERE device_id = $1 AND ts BETWEEN $2 AND $3 ORDER BY ts DESC LIMIT $4;";

    internal const string NewestPagesSql =
        "SELECT id, quarters, head, body FROM pages WHERE id BETWEEN $1 AND $2 AND octet_length(body) > 0 ORDER BY id DESC LIMIT $3;";

    internal const string OldestHeadsSql = "SELECT id, quarters, head, octet_length(body) > 0 FROM pages WHERE id BETWEEN $1 AND $2 ORDER BY id LIMIT $3;";

    internal const string BodiesSql = "SELECT k.n, p.body FROM unnest($1) WITH ORDINALITY AS k (id, n) JOIN pages p ON p.id = k.id;";

    // A page has some hundred readings.
    private const int ReadingsOfAPage = 200;

    /// <inheritdoc />
    public async ValueTask<StoredDevice?> DeviceAsync(string uid, CancellationToken cancellationToken)
    {
        StoredDevice? device = null;
        await sql.ReadAsync(DeviceSql, row => device = new(row.GetInt32(0), new(row.GetInt64(1))), cancellationToken, TransactionSql.Of(uid));
        return device;
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<Stay>?> StaysAsync(string roomUid, long first, long last, CancellationToken cancellationToken)
    {
        List<Stay>? stays = null;
        await sql.ReadAsync(
            StaysSql,
            row =>
            {
                stays ??= [];
                if (!row.IsDBNull(0))
                {
                    stays.Add(new(new(row.GetInt32(0), new(row.GetInt64(4))), row.GetString(1), row.GetInt64(2), row.LongOrNull(3)));
                }
            },
            cancellationToken,
            TransactionSql.Of(roomUid), TransactionSql.Of(first), TransactionSql.Of(last));
        return stays;
    }

    /// <inheritdoc />
    public async ValueTask<CalibrationHistory> CalibrationsAsync(int deviceId, CancellationToken cancellationToken)
    {
        var segments = new List<(long From, Correction Correction)>();
        await sql.ReadAsync(CalibrationsSql, row => segments.Add((row.GetInt64(0), row.Correction(1))), cancellationToken, TransactionSql.Of(deviceId));
        return segments.Count == 0 ? CalibrationHistory.None : new(segments);
    }

    /// <inheritdoc />
    public async ValueTask<(long From, long To)?> SpanAsync(int deviceId, CancellationToken cancellationToken)
    {
        var (oldest, newest) = (long.MaxValue, long.MinValue);
        await sql.ReadAsync(
            SpanSql,
            row =>
            {
                oldest = Math.Min(row.LongOrNull(0) ?? oldest, row.LongOrNull(2) is { } first ? PageKey.StartOf(first) : oldest);
                newest = Math.Max(row.LongOrNull(1) ?? newest, row.LongOrNull(3) is { } last ? PageKey.StartOf(last) + PageKey.Day - 1 : newest);
            },
            cancellationToken,
            TransactionSql.Of(deviceId), TransactionSql.Of(PageKey.FirstId(deviceId, 0)), TransactionSql.Of(PageKey.LastId(deviceId, long.MaxValue)));
        return oldest <= newest ? (oldest, newest) : null;
    }

    /// <inheritdoc />
    public ValueTask OldestRowsAsync(DeviceRange range, int limit, PageReadingsBuilder rows, CancellationToken cancellationToken) =>
        RowsAsync(OldestRowsSql, range, limit, rows, cancellationToken);

    /// <inheritdoc />
    public ValueTask NewestRowsAsync(DeviceRange range, int limit, PageReadingsBuilder rows, CancellationToken cancellationToken) =>
        RowsAsync(NewestRowsSql, range, limit, rows, cancellationToken);

    /// <inheritdoc />
    public async ValueTask NewestPagesAsync(DeviceRange range, int readings, StoredPages pages, CancellationToken cancellationToken)
    {
        var (first, last) = (PageKey.FirstId(range.DeviceId, range.From), PageKey.LastId(range.DeviceId, range.To));
        // Twice as many each time: pages may have fewer readings than was guessed.
        for (var limit = 1 + (readings / ReadingsOfAPage); pages.Readings < readings; limit *= 2)
        {
            var found = 0;
            await sql.ReadAsync(
                NewestPagesSql,
                row =>
                {
                    found++;
                    last = row.GetInt64(0) - 1;
                    if (pages.Readings < readings && row.Key() is var key && key.End > range.From)
                    {
                        pages.Add(key, row.GetFieldValue<byte[]>(2), row.GetFieldValue<byte[]>(3));
                    }
                },
                cancellationToken,
                TransactionSql.Of(first), TransactionSql.Of(last), TransactionSql.Of(limit));
            if (found < limit)
            {
                return;
            }
        }
    }

    /// <inheritdoc />
    public ValueTask OldestHeadsAsync(DeviceRange range, int limit, StoredPages pages, CancellationToken cancellationToken) => sql.ReadAsync(
        OldestHeadsSql,
        row => pages.Add(row.Key(), row.GetFieldValue<byte[]>(2), row.GetBoolean(3)),
        cancellationToken,
        TransactionSql.Of(PageKey.FirstId(range.DeviceId, range.From)), TransactionSql.Of(PageKey.LastId(range.DeviceId, range.To)), TransactionSql.Of(limit));

    /// <inheritdoc />
    public async ValueTask BodiesAsync(StoredPages pages, IReadOnlyList<int> wanted, CancellationToken cancellationToken)
    {
        if (wanted.Count > 0)
        {
            await sql.ReadAsync(
                BodiesSql,
                row => pages.SetBody(wanted[(int)row.GetInt64(0) - 1], row.GetFieldValue<byte[]>(1)),
                cancellationToken,
                TransactionSql.Of(wanted.Select(index => pages.KeyOf(index).Id).ToArray()));
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        try
        {
            await transaction.DisposeAsync();
        }
        finally
        {
            await connection.DisposeAsync();
        }
    }

    private ValueTask RowsAsync(string select, DeviceRange range, int limit, PageReadingsBuilder rows, CancellationToken cancellationToken) => sql.ReadAsync(
        select,
        row => rows.Add(row.GetInt64(0), row.Values(1), (byte)row.GetInt16(4)),
        cancellationToken,
        TransactionSql.Of(range.DeviceId), TransactionSql.Of(range.From), TransactionSql.Of(range.To), TransactionSql.Of(limit));
}
