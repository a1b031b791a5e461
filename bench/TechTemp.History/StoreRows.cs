using TechTemp.Data.Sqlite.Readings;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Queries;

namespace TechTemp.History;

/// <summary>Questions to the store itself: through its own classes, without HTTP.</summary>
internal static class StoreRows
{
    private const int Runs = 15;

    public static void Measure(Site site, Table table)
    {
        MeasureDays(site, table);
        Latest(site, table);
        MeasureReadings(site, table);
    }

    /// <summary>On a server: what it answers for a year, the bytes that it keeps, and its writer.</summary>
    public static void MeasureOnServer(Site site, Table table)
    {
        BytesRow.Measure(site, table, "PostgreSQL: bytes a reading, rows and pages, indices included", devices: 20);
        MeasureDays(site, table);
        MeasureReadings(site, table);
    }

    private static void MeasureDays(Site site, Table table)
    {
        foreach (var zone in new[] { "UTC", "Europe/Brussels", "Asia/Kathmandu" })
        {
            var days = TimeBuckets.Days(TimeZoneInfo.FindSystemTimeZoneById(zone));
            BucketRow.Measure(site, table, $"one device, day buckets, {zone}", Site.Uid(5), days);
        }

        BucketRow.Measure(site, table, "one device, hour buckets", Site.Uid(5), TimeBuckets.Of(TimeSpan.FromHours(1)));
        var brussels = TimeBuckets.Days(TimeZoneInfo.FindSystemTimeZoneById("Europe/Brussels"));
        var room = Table.Median(Runs, () => Room(site, brussels));
        table.Add("one room, day buckets, Europe/Brussels, three devices moved twice", $"{room:F1} ms", BucketRow.Cold(site, () => Room(site, brussels)));
    }

    private static void MeasureReadings(Site site, Table table)
    {
        var series = site.OfDevice(Site.Uid(5));
        var raw = Table.Median(Runs, () => Take(site, series, 10_000));
        table.Add("10,000 single readings out of the store", $"{raw:F1} ms", $"{10_000 / raw / 1000:F2} million rows/s");

        // More than one answer has: an export.
        BucketRow.Measure(site, table, "one device, quarter-hour buckets, all as an export reads them", Site.Uid(5), TimeBuckets.Of(TimeBuckets.Step), isExport: true);
    }

    private static void Room(Site site, TimeBuckets buckets) =>
        site.Buckets(site.OfRoom("salon"), buckets);

    private static double Take(Site site, Series series, int rows)
    {
        var sum = 0d;
        foreach (var block in site.Newest(series, rows))
        {
            var temperature = block.Values(QuantityRegistry.Temperature)!;
            for (var i = block.Last; i >= block.First; i--)
            {
                sum += temperature[i];
            }
        }

        return sum;
    }

    private static void Latest(Site site, Table table)
    {
        using var one = Site.WithOneReadingEach(20);
        var (all, single) = (new List<double>(), new List<double>());
        for (var run = 0; run < 101; run++)
        {
            all.Add(Table.Time(() => site.Get<LatestQueries>().ReadAnew()));
            single.Add(Table.Time(() => one.Get<LatestQueries>().ReadAnew()));
        }

        table.Add("latest of all 20", $"{Table.Median(all):F2} ms", $"{Table.Median(single):F2} ms where each has one reading");
    }
}
