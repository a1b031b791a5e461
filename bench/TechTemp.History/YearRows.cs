namespace TechTemp.History;

/// <summary>One year of 20 devices at 5-minute steps: the store, HTTP and ingest; of a PostgreSQL database the store and its writer.</summary>
internal static class YearRows
{
    public static async Task MeasureAsync(HistoryOptions options, Table table)
    {
        if (options.IsPostgres)
        {
            await using var server = await PostgresProcess.StartAsync();
            using var year = await Site.CreateOnServerAsync(await server.CreateDatabaseAsync("year"), devices: 20, options.IsShort ? 7 : 365);
            StoreRows.MeasureOnServer(year, table);
            await IngestRows.MeasureOnServerAsync(server, table, rounds: options.IsShort ? 1 : 5, readings: options.IsShort ? 8_000 : 200_000);
            return;
        }

        using var site = await Site.CreateAsync(devices: 20, options.IsShort ? 7 : 365);
        StoreRows.Measure(site, table);
        await HttpRows.MeasureAsync(site, table);
        await IngestRows.MeasureAsync(table, rounds: options.IsShort ? 1 : 5, readings: options.IsShort ? 8_000 : 200_000);
    }
}
