using System.Data.Common;
using Microsoft.Data.Sqlite;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Pages;
using TechTemp.Data.Sqlite.Rows;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Sqlite.Maintenance;

/// <summary>A transaction of the file, for reading or for writing. Every operation has completed when it returns.</summary>
internal sealed class SqliteDeviceTransaction(int deviceId, SqliteConnection connection, SqliteTransaction transaction, DayStatements statements) : IDeviceTransaction
{
    /// <inheritdoc />
    public int DeviceId => deviceId;

    /// <inheritdoc />
    public ValueTask<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters) =>
        new(SqliteStatements.Execute(connection, sql, parameters));

    /// <inheritdoc />
    public ValueTask<List<T>> QueryAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters) =>
        new(SqliteStatements.Query(connection, sql, read, parameters));

    /// <inheritdoc />
    public ValueTask ReadPagesAsync(long first, long last, ICollection<Page> pages, CancellationToken cancellationToken)
    {
        for (var page = statements.Pages.BindPages(deviceId, first, last); page.Step();)
        {
            pages.Add(new(page.Key(), page.Head().ToArray(), page.Body().ToArray()));
        }

        return default;
    }

    /// <inheritdoc />
    public ValueTask<PageKey?> NewestPageAsync(long first, long last, CancellationToken cancellationToken)
    {
        var page = statements.NewestPage.BindPages(deviceId, first, last);
        PageKey? newest = page.Step() ? page.Key() : null;
        page.Reset();
        return new(newest);
    }

    /// <inheritdoc />
    public ValueTask ReadRowsAsync(long first, long last, StoredRows rows, PageReadingsBuilder? readings, CancellationToken cancellationToken)
    {
        for (var row = statements.Rows.Bind(1, deviceId).Bind(2, first).Bind(3, last); row.Step();)
        {
            var ts = row.Long(0);
            row.AppendTo(rows.Add(ts));
            readings?.Add(ts, row.Values(1), (byte)row.Long(4));
        }

        return default;
    }

    /// <inheritdoc />
    public ValueTask<long?> NextRowAsync(long first, long last, int skip, CancellationToken cancellationToken) => new(Find(statements.NextRow, first, last, skip));

    /// <inheritdoc />
    public ValueTask<long?> PreviousRowAsync(long first, long last, int skip, CancellationToken cancellationToken) => new(Find(statements.PreviousRow, first, last, skip));

    /// <inheritdoc />
    public ValueTask DeletePagesAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken)
    {
        foreach (var id in ids)
        {
            statements.DeletePage.Bind(1, id).Execute();
        }

        return default;
    }

    /// <inheritdoc />
    public ValueTask InsertPagesAsync(IReadOnlyCollection<Page> pages, CancellationToken cancellationToken)
    {
        foreach (var page in pages)
        {
            PageTable.Write(statements.InsertPage, page);
        }

        return default;
    }

    /// <inheritdoc />
    public ValueTask<int> DeleteRowsAsync(long first, long last, CancellationToken cancellationToken) =>
        new(statements.DeleteRows.Bind(1, deviceId).Bind(2, first).Bind(3, last).Execute());

    /// <inheritdoc />
    public ValueTask InsertRowAsync(long ts, QuantityValues values, byte source, CancellationToken cancellationToken)
    {
        statements.InsertRow.Bind(1, deviceId).Bind(2, ts).BindValues(3, values).Bind(6, source).Execute();
        return default;
    }

    /// <inheritdoc />
    public async ValueTask InsertRowsAsync(PageReadings readings, CancellationToken cancellationToken)
    {
        for (var i = 0; i < readings.Times.Length; i++)
        {
            await InsertRowAsync(readings.Times[i], readings.ValuesAt(i), readings.Sources[i], cancellationToken);
        }
    }

    /// <inheritdoc />
    public ValueTask CommitAsync()
    {
        transaction.Commit();
        return default;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        transaction.Dispose();
        return default;
    }

    private long? Find(Statement find, long first, long last, int skip)
    {
        var row = find.Bind(1, deviceId).Bind(2, first).Bind(3, last).Bind(4, skip).Step() ? find.Long(0) : (long?)null;
        find.Reset();
        return row;
    }
}
