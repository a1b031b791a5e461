namespace TechTemp.History;

/// <summary>What a reading takes on disk, all tables and indices; the newest day of each device is still rows.</summary>
internal static class BytesRow
{
    public static void Measure(Site site, Table table, string what, int devices)
    {
        var stored = Enumerable.Range(0, devices).Sum(device => site.Newest(site.OfDevice(Site.Uid(device)), int.MaxValue).Sum(block => (long)block.Count));
        if (stored != site.Readings)
        {
            throw new InvalidDataException($"{what}: {site.Readings:N0} readings were written, {stored:N0} are stored.");
        }

        table.Add(what, $"{site.Bytes() / (double)stored:F2}", $"{stored:N0} readings");
    }
}
