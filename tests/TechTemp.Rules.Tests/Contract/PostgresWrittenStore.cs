using Npgsql;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Operation;
using TechTemp.Data.Postgres.Connections;
using TechTemp.Data.Postgres.Maintenance;
using TechTemp.Data.Postgres.Operation;
using TechTemp.Data.Postgres.Readings;
using TechTemp.Data.Postgres.Rows;
using TechTemp.Data.Postgres.Writing;
using TechTemp.Data.Store;
using TechTemp.Data.Writing;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Storage;

namespace TechTemp.Rules.Tests.Contract;

/// <summary>The tables of a database that tests share one after the other; emptied at the start.</summary>
internal sealed class PostgresWrittenStore(PostgresDatabase database) : WrittenStore
{
    public PostgresConnections Connections => database.Connections;

    public override IReadingStore Reading => new PostgresReadingStore(database.Connections);

    public override ILatestReadings Latest => PostgresLatest;

    public PostgresLatestReadings PostgresLatest => new(new(database.Connections), Clock);

    public override IStoreSql Sql => new PostgresSql(database.Connections);

    public override IMaintenanceStore Maintenance => new PostgresMaintenanceStore(database.Connections);

    public override IStoreSize Size => new PostgresStoreSize(new(database.Connections));

    public override IWriteStore Port => new PostgresWriteStore(database.Connections);

    public static async Task<PostgresWrittenStore> OpenAsync(PostgresDatabase database)
    {
        await database.StartAsync();
        var store = new PostgresWrittenStore(database);
        await store.ExecuteAsync(
            "DROP INDEX IF EXISTS fails; TRUNCATE devices, rooms, placements, calibrations, readings, pages, sequence_gaps, device_work, rejected_messages, held_drops, broker_sessions, ingest_instance, ingest_workers, ingest_homes, ingest_division RESTART IDENTITY;");
        return store;
    }

    public override async Task<IReadOnlyList<Measurement>> RowsAsync(string uid = "s1")
    {
        await using var command = database.Connections.DataSource.CreateCommand(
            "SELECT ts, temperature, humidity, more FROM readings JOIN devices d ON d.id = device_id WHERE d.uid = $1 ORDER BY ts;");
        command.Parameters.Add(TransactionSql.Of(uid));
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var rows = new List<Measurement>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            rows.Add(new(reader.GetInt64(0), reader.Values(1)));
        }

        return rows;
    }

    public override async Task ExecuteAsync(string sql)
    {
        await using var command = database.Connections.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public override Task FailForAsync(int temperature) => ExecuteAsync($"CREATE INDEX fails ON readings ((1 / (temperature - {temperature})));");

    protected override TechTempContext Context() => database.Contexts.CreateDbContext();

    protected override async Task AddPageAsync(Page page)
    {
        await using var command = database.Connections.DataSource.CreateCommand("INSERT INTO pages (id, quarters, head, body) VALUES ($1, $2, $3, $4);");
        NpgsqlParameter[] values =
        [
            TransactionSql.Of(page.Key.Id), TransactionSql.Of((int)(page.Key.Length / PageKey.Step)), TransactionSql.Of(page.Head.ToArray()), TransactionSql.Of(page.Body.ToArray()),
        ];
        command.Parameters.AddRange(values);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    protected override ValueTask CloseAsync() => default;
}
