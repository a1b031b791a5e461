using Microsoft.EntityFrameworkCore;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Operation;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Pages;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Data.Sqlite.Rows;
using TechTemp.Data.Store;
using TechTemp.Data.Writing;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Storage;
using TechTemp.Rules.Tests.Readings;
using TechTemp.Rules.Tests.Support;

namespace TechTemp.Rules.Tests.Contract;

internal sealed class SqliteWrittenStore : WrittenStore
{
    private readonly TestStore _store = new();

    public override IReadingStore Reading => _store.Get<IReadingStore>();

    public override ILatestReadings Latest => new LatestQueries(_store.Connections, Clock);

    public override IStoreSql Sql => _store.Get<IStoreSql>();

    public override IMaintenanceStore Maintenance => _store.Maintenance;

    public override IStoreSize Size => _store.Get<IStoreSize>();

    public override IWriteStore Port => _store.Get<IWriteStore>();

    public override Task<IReadOnlyList<Measurement>> RowsAsync(string uid = "s1")
    {
        using var connection = _store.Connections.Open();
        using var select = new Statement(
            connection, $"SELECT ts, {ReadingRow.ValueColumns} FROM readings JOIN devices d ON d.id = device_id WHERE d.uid = ?1 ORDER BY ts;");
        var rows = new List<Measurement>();
        select.Bind(1, uid);
        while (select.Step())
        {
            rows.Add(new(select.Long(0), select.Values(1)));
        }

        return Task.FromResult<IReadOnlyList<Measurement>>(rows);
    }

    public override Task ExecuteAsync(string sql)
    {
        _store.Execute(sql);
        return Task.CompletedTask;
    }

    public override Task FailForAsync(int temperature)
    {
        ReadingWriterFailureTests.FailFor(_store, temperature);
        return Task.CompletedTask;
    }

    protected override TechTempContext Context() => _store.Get<IDbContextFactory<TechTempContext>>().CreateDbContext();

    protected override Task AddPageAsync(Page page)
    {
        using var connection = _store.Connections.Open();
        using var insert = new Statement(connection, PageTable.InsertSql);
        PageTable.Write(insert, page);
        return Task.CompletedTask;
    }

    protected override ValueTask CloseAsync()
    {
        _store.Dispose();
        return default;
    }
}
