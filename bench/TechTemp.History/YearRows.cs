namespace TechTemp.History;

/// <summary>One year of 20 devices at 5-minute steps: the store, HTTP and ingest.</summary>
internal static class YearRows
{
    public static async Task MeasureAsync(HistoryOptions options, Table table)
    {
        using var site = await Site.CreateAsync(devices: 20, options.IsShort ? 7 : 365);
        StoreRows.Measure(site, table);
        await HttpRows.MeasureAsync(site, table);
        await IngestRows.MeasureAsync(table, rounds: options.IsShort ? 1 : 5, readings: options.IsShort ? 8_000 : 200_000);
    }
}
