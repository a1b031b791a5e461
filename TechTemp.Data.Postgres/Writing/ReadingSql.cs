using TechTemp.Data.Postgres.Connections;
using TechTemp.Data.Postgres.Rows;
using TechTemp.Data.Readings;
using TechTemp.Data.Writing;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Postgres.Writing;

/// <summary>The SQL about readings, in rows and in pages. A batch is one statement with an array for each column.</summary>
internal sealed class ReadingSql(TransactionSql sql)
{
    // In the order of the keys: two transactions that insert the same ones wait for each other, and never both. An array that is shorter than the others goes on with NULLs.
    internal const string InsertSql =
        """
        INSERT INTO readings (device_id, ts, temperature, humidity, more, source)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6) AS r (device_id, ts, temperature, humidity, more, source)
        ORDER BY device_id, ts ON CONFLICT DO NOTHING RETURNING device_id, ts;
        """;

    internal const string FindSql =
        """
        SELECT k.n, r.ts, r.temperature, r.humidity, r.more
        FROM unnest($1, $2) WITH ORDINALITY AS k (device_id, ts, n) JOIN readings r ON r.device_id = k.device_id AND r.ts = k.ts;
        """;

    internal const string FindNewestSql =
        """
        SELECT k.n, r.ts, r.temperature, r.humidity, r.more
        FROM unnest($1, $2) WITH ORDINALITY AS k (device_id, ts, n)
        CROSS JOIN LATERAL (SELECT * FROM readings WHERE device_id = k.device_id AND ts <= k.ts ORDER BY ts DESC LIMIT 1) r;
        """;

    // The page that begins last before a reading is the one that may hold it. "last" is the quarter of an hour of the reading, as pages are numbered.
    internal const string FindPagesSql =
        """
        SELECT DISTINCT ON (p.id) p.id, p.quarters, p.head, p.body
        FROM unnest($1, $2) AS k (first, last)
        CROSS JOIN LATERAL (SELECT * FROM pages WHERE id BETWEEN k.first AND k.last ORDER BY id DESC LIMIT 1) p
        WHERE octet_length(p.body) > 0 AND p.id + p.quarters > k.last
        ORDER BY p.id;
        """;

    public async ValueTask InsertAsync(ReadOnlyMemory<NewReading> readings, Memory<bool> isNew, CancellationToken cancellationToken)
    {
        var count = readings.Length;
        var (devices, times, sources) = (new int[count], new long[count], new short[count]);
        var (temperatures, humidities) = (new double?[count], new double?[count]);
        // Most readings have no other quantities.
        byte[]?[] more = [];
        for (var i = 0; i < count; i++)
        {
            ref readonly var reading = ref readings.Span[i];
            var values = reading.Measurement.Values;
            (devices[i], times[i], sources[i]) = (reading.DeviceId, reading.Ts, (short)reading.Source);
            (temperatures[i], humidities[i]) = (values[QuantityRegistry.Temperature], values[QuantityRegistry.Humidity]);
            if (MoreValues.Of(values) is { } others)
            {
                Array.Resize(ref more, count);
                more[i] = others;
            }
        }

        isNew.Span.Clear();
        // In the order of insertion, which is that of the keys.
        var next = 0;
        await sql.ReadAsync(
            InsertSql,
            row =>
            {
                for (var (device, ts) = (row.GetInt32(0), row.GetInt64(1)); devices[next] != device || times[next] != ts; next++)
                {
                }

                isNew.Span[next++] = true;
            },
            cancellationToken,
            TransactionSql.Of(devices), TransactionSql.Of(times), TransactionSql.Of(temperatures), TransactionSql.Of(humidities), TransactionSql.Of(more), TransactionSql.Of(sources));
    }

    public ValueTask FindAsync(ReadOnlyMemory<ReadingKey> keys, Memory<Measurement?> found, CancellationToken cancellationToken) =>
        FindAsync(FindSql, keys, found, cancellationToken);

    public ValueTask FindNewestAsync(ReadOnlyMemory<ReadingKey> keys, Memory<Measurement?> found, CancellationToken cancellationToken) =>
        FindAsync(FindNewestSql, keys, found, cancellationToken);

    public async ValueTask<IReadOnlyList<Page>> FindPagesAsync(IReadOnlyList<ReadingKey> keys, CancellationToken cancellationToken)
    {
        var pages = new List<Page>();
        await sql.ReadAsync(
            FindPagesSql,
            row =>
            {
                var id = row.GetInt64(0);
                pages.Add(new(
                    new(PageKey.DeviceOf(id), PageKey.StartOf(id), row.GetInt32(1) * PageKey.Step), row.GetFieldValue<byte[]>(2), row.GetFieldValue<byte[]>(3)));
            },
            cancellationToken,
            TransactionSql.Of(keys.Select(k => PageKey.FirstId(k.DeviceId, k.Ts)).ToArray()),
            TransactionSql.Of(keys.Select(k => PageKey.LastId(k.DeviceId, k.Ts)).ToArray()));
        return pages;
    }

    private async ValueTask FindAsync(string select, ReadOnlyMemory<ReadingKey> keys, Memory<Measurement?> found, CancellationToken cancellationToken)
    {
        var (devices, times) = (new int[keys.Length], new long[keys.Length]);
        for (var i = 0; i < keys.Length; i++)
        {
            (devices[i], times[i]) = keys.Span[i];
        }

        found.Span.Clear();
        await sql.ReadAsync(
            select,
            row => found.Span[(int)row.GetInt64(0) - 1] = new(row.GetInt64(1), row.Values(2)),
            cancellationToken,
            TransactionSql.Of(devices), TransactionSql.Of(times));
    }
}
