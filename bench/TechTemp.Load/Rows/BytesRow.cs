using TechTemp.Load.Clients;

namespace TechTemp.Load.Rows;

/// <summary>
/// What a stored reading takes on disk: one year at 5-minute steps, written as ingest does on a quiet day, each moment a batch
/// in which the devices take turns. Raw readings and rollups apart, by the pages that come free when a table goes.
/// </summary>
internal static class BytesRow
{
    public static async Task MeasureAsync(LoadRun run)
    {
        using var year = await Site.CreateAsync(LoadRun.Devices, LoadRun.Days(run.Options), batch: LoadRun.Devices);
        var (bytes, readings) = ((double)year.Bytes(), year.Readings);
        using var store = new StoredReadings(year.Path);
        var pageSize = store.Scalar("PRAGMA page_size;");
        var rollups = Drop(store, "rollups") * pageSize;
        var raw = Drop(store, "readings") * pageSize;
        run.Table.Add($"bytes for each of {readings:N0} stored readings, all tables and indices", $"{bytes / readings:F1}", $"raw {raw / (double)readings:F1}, rollups {rollups / (double)readings:F1}");
    }

    private static long Drop(StoredReadings store, string table)
    {
        var free = store.Scalar("PRAGMA freelist_count;");
        store.Scalar($"DROP TABLE {table};");
        return store.Scalar("PRAGMA freelist_count;") - free;
    }
}
