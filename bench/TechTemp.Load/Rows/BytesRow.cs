namespace TechTemp.Load.Rows;

/// <summary>
/// What a stored reading takes on disk: one year at 5-minute steps, written as ingest does on a quiet day, each moment a batch
/// in which the devices take turns, and sealed.
/// </summary>
internal static class BytesRow
{
    public static async Task MeasureAsync(LoadRun run)
    {
        using var year = await Site.CreateAsync(LoadRun.Devices, LoadRun.Days(run.Options), batch: LoadRun.Devices);
        var (bytes, readings) = ((double)year.Bytes(), year.Readings);
        run.Table.Add($"bytes for each of {readings:N0} stored readings, all tables and indices", $"{bytes / readings:F2}", "");
    }
}
