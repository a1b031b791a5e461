using Npgsql;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Postgres.Connections;
using TechTemp.Data.Postgres.Rows;
using TechTemp.Data.Readings;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Postgres.Maintenance;

/// <summary>A transaction of the database, for reading or for writing, on a connection that it gives back. Each operation is a round trip.</summary>
internal sealed class PostgresDeviceTransaction(int deviceId, NpgsqlConnection connection, NpgsqlTransaction transaction) : PostgresSqlTransaction(connection, transaction), IDeviceTransaction
{
    private const string PagesSql = "SELECT id, quarters, head, body FROM pages WHERE id BETWEEN $1 AND $2 ORDER BY id;";

    private const string NewestPageSql = "SELECT id, quarters FROM pages WHERE id BETWEEN $1 AND $2 AND octet_length(body) > 0 ORDER BY id DESC LIMIT 1;";

    private const string RowsSql = "SELECT ts, temperature, humidity, more, source FROM readings WHERE device_id = $1 AND ts BETWEEN $2 AND $3 ORDER BY ts;";

    private const string NextRowSql = "SELECT ts FROM readings WHERE device_id = $1 AND ts BETWEEN $2 AND $3 ORDER BY ts LIMIT 1 OFFSET $4;";

    private const string PreviousRowSql = "SELECT ts FROM readings WHERE device_id = $1 AND ts BETWEEN $2 AND $3 ORDER BY ts DESC LIMIT 1 OFFSET $4;";

    private const string InsertPagesSql = "INSERT INTO pages (id, quarters, head, body) SELECT * FROM unnest($1, $2, $3, $4);";

    private const string InsertRowSql = "INSERT INTO readings (device_id, ts, temperature, humidity, more, source) VALUES ($1, $2, $3, $4, $5, $6);";

    private const string InsertRowsSql = "INSERT INTO readings (device_id, ts, temperature, humidity, more, source) SELECT $1, r.* FROM unnest($2, $3, $4, $5, $6) AS r;";

    private readonly TransactionSql _sql = new(connection, transaction);

    /// <inheritdoc />
    public int DeviceId => deviceId;

    /// <summary>Locks what the transaction is about.</summary>
    /// <param name="lockSql">Selects the device for update by its key.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask LockAsync(string lockSql, CancellationToken cancellationToken) =>
        await _sql.ReadAsync(lockSql, _ => { }, cancellationToken, TransactionSql.Of(deviceId));

    /// <inheritdoc />
    public ValueTask ReadPagesAsync(long first, long last, ICollection<Page> pages, CancellationToken cancellationToken) => _sql.ReadAsync(
        PagesSql,
        row => pages.Add(new(row.Key(), row.GetFieldValue<byte[]>(2), row.GetFieldValue<byte[]>(3))),
        cancellationToken,
        TransactionSql.Of(PageKey.FirstId(deviceId, first)), TransactionSql.Of(PageKey.LastId(deviceId, last)));

    /// <inheritdoc />
    public async ValueTask<PageKey?> NewestPageAsync(long first, long last, CancellationToken cancellationToken)
    {
        PageKey? newest = null;
        await _sql.ReadAsync(
            NewestPageSql, row => newest = row.Key(), cancellationToken,
            TransactionSql.Of(PageKey.FirstId(deviceId, first)), TransactionSql.Of(PageKey.LastId(deviceId, last)));
        return newest;
    }

    /// <inheritdoc />
    public ValueTask ReadRowsAsync(long first, long last, StoredRows rows, PageReadingsBuilder? readings, CancellationToken cancellationToken) => _sql.ReadAsync(
        RowsSql,
        row =>
        {
            var ts = row.GetInt64(0);
            row.AppendReading(rows.Add(ts));
            readings?.Add(ts, row.Values(1), (byte)row.GetInt16(4));
        },
        cancellationToken,
        TransactionSql.Of(deviceId), TransactionSql.Of(first), TransactionSql.Of(last));

    /// <inheritdoc />
    public ValueTask<long?> NextRowAsync(long first, long last, int skip, CancellationToken cancellationToken) => FindRowAsync(NextRowSql, first, last, skip, cancellationToken);

    /// <inheritdoc />
    public ValueTask<long?> PreviousRowAsync(long first, long last, int skip, CancellationToken cancellationToken) => FindRowAsync(PreviousRowSql, first, last, skip, cancellationToken);

    /// <inheritdoc />
    public async ValueTask DeletePagesAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken)
    {
        if (ids.Count > 0)
        {
            await _sql.ExecuteAsync("DELETE FROM pages WHERE id = ANY ($1);", cancellationToken, TransactionSql.Of(ids.ToArray()));
        }
    }

    /// <inheritdoc />
    public async ValueTask InsertPagesAsync(IReadOnlyCollection<Page> pages, CancellationToken cancellationToken)
    {
        if (pages.Count > 0)
        {
            await _sql.ExecuteAsync(
                InsertPagesSql,
                cancellationToken,
                TransactionSql.Of(pages.Select(page => page.Key.Id).ToArray()),
                TransactionSql.Of(pages.Select(page => (int)(page.Key.Length / PageKey.Step)).ToArray()),
                TransactionSql.Of(pages.Select(page => page.Head.ToArray()).ToArray()),
                TransactionSql.Of(pages.Select(page => page.Body.ToArray()).ToArray()));
        }
    }

    /// <inheritdoc />
    public ValueTask<int> DeleteRowsAsync(long first, long last, CancellationToken cancellationToken) => _sql.ExecuteAsync(
        "DELETE FROM readings WHERE device_id = $1 AND ts BETWEEN $2 AND $3;", cancellationToken, TransactionSql.Of(deviceId), TransactionSql.Of(first), TransactionSql.Of(last));

    /// <inheritdoc />
    public async ValueTask InsertRowAsync(long ts, QuantityValues values, byte source, CancellationToken cancellationToken) => await _sql.ExecuteAsync(
        InsertRowSql,
        cancellationToken,
        TransactionSql.Of(deviceId), TransactionSql.Of(ts), TransactionSql.Of(values[QuantityRegistry.Temperature]), TransactionSql.Of(values[QuantityRegistry.Humidity]),
        TransactionSql.Of(MoreValues.Of(values)), TransactionSql.Of((short)source));

    /// <inheritdoc />
    public async ValueTask InsertRowsAsync(PageReadings readings, CancellationToken cancellationToken)
    {
        var values = Enumerable.Range(0, readings.Times.Length).Select(readings.ValuesAt).ToArray();
        await _sql.ExecuteAsync(
            InsertRowsSql,
            cancellationToken,
            TransactionSql.Of(deviceId),
            TransactionSql.Of(readings.Times),
            TransactionSql.Of(Array.ConvertAll(values, v => v[QuantityRegistry.Temperature])),
            TransactionSql.Of(Array.ConvertAll(values, v => v[QuantityRegistry.Humidity])),
            TransactionSql.Of(Array.ConvertAll(values, v => MoreValues.Of(v))),
            TransactionSql.Of(Array.ConvertAll(readings.Sources, source => (short)source)));
    }

    private async ValueTask<long?> FindRowAsync(string find, long first, long last, int skip, CancellationToken cancellationToken)
    {
        long? found = null;
        await _sql.ReadAsync(
            find, row => found = row.GetInt64(0), cancellationToken,
            TransactionSql.Of(deviceId), TransactionSql.Of(first), TransactionSql.Of(last), TransactionSql.Of(skip));
        return found;
    }
}
