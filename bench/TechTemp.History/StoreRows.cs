using TechTemp.Data.Sqlite.Readings;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Quantities;

namespace TechTemp.History;

/// <summary>Questions to the store itself: through its own classes, without HTTP.</summary>
internal static class StoreRows
{
    private const int Runs = 15;

    // Until the code that runs often is compiled for it.
    private const int WarmUp = 10;

    public static void Measure(Site site, Table table)
    {
        foreach (var zone in new[] { "UTC", "Europe/Brussels", "Asia/Kathmandu" })
        {
            var days = TimeBuckets.Days(TimeZoneInfo.FindSystemTimeZoneById(zone));
            Compare(site, table, $"one device, day buckets, {zone}", Site.Uid(5), days);
        }

        Compare(site, table, "one device, hour buckets", Site.Uid(5), TimeBuckets.Of(TimeSpan.FromHours(1)));
        var brussels = TimeBuckets.Days(TimeZoneInfo.FindSystemTimeZoneById("Europe/Brussels"));
        var room = Table.Median(Runs, () => Count(site, site.Get<SeriesQueries>().OfRoom("salon", long.MinValue, long.MaxValue, calibrated: true)!, brussels));
        var cold = Cold(() => Count(site, site.Get<SeriesQueries>().OfRoom("salon", long.MinValue, long.MaxValue, calibrated: true)!, brussels));
        table.Add("one room, day buckets, Europe/Brussels, three devices moved twice", $"{room:F1} ms", cold);

        Latest(site, table);

        var series = site.Get<SeriesQueries>().OfDevice(Site.Uid(5), long.MinValue, long.MaxValue, calibrated: true)!;
        var raw = Table.Median(Runs, () => Take(site, series, 10_000));
        table.Add("10,000 single readings out of the store", $"{raw:F1} ms", $"{10_000 / raw / 1000:F2} million rows/s");
    }

    private static void Compare(Site site, Table table, string what, string uid, TimeBuckets buckets)
    {
        var queries = site.Get<SeriesQueries>();
        var series = queries.OfDevice(uid, long.MinValue, long.MaxValue, calibrated: true)!;
        var (rolled, scanned) = (new List<double>(), new List<double>());
        for (var run = -WarmUp; run < Runs; run++)
        {
            if (run == 0)
            {
                rolled.Clear();
                scanned.Clear();
            }

            // In turn, so that what disturbs the machine disturbs both.
            rolled.Add(Table.Time(() => Count(site, series, buckets)));
            scanned.Add(Table.Time(() => Scan(site, series, buckets)));
        }

        var (fast, slow) = (Table.Median(rolled), Table.Median(scanned));
        table.Add(what, $"{fast:F1} ms", $"{slow:F1} ms over single readings: 1/{slow / fast:F0}; {Cold(() => Count(site, series, buckets))}");
    }

    private static string Cold(Action question) => Site.ForgetCaches() ? $"cold {Table.Time(question):F1} ms" : "cold: not as this user";

    private static int Count(Site site, Series series, TimeBuckets buckets) => site.Get<BucketQueries>().Newest(series.Parts, buckets, 10_000).Count;

    private static double Take(Site site, Series series, int rows)
    {
        var sum = 0d;
        foreach (var reading in site.Get<SeriesQueries>().Readings(series).Take(rows))
        {
            sum += reading.Values.ValueOrZero(QuantityRegistry.Temperature);
        }

        return sum;
    }

    // The same aggregation over single readings: one pass in the order of the key.
    private static int Scan(Site site, Series series, TimeBuckets buckets)
    {
        var (count, start) = (0, long.MaxValue);
        double temperature = 0, humidity = 0, lowest = 0, highest = 0, driest = 0, dampest = 0;
        foreach (var reading in site.Get<SeriesQueries>().Readings(series))
        {
            if (reading.Ts < start)
            {
                (start, count) = (buckets.StartOf(reading.Ts), count + 1);
                (lowest, highest, driest, dampest) = (double.MaxValue, double.MinValue, double.MaxValue, double.MinValue);
            }

            temperature += reading.Values.ValueOrZero(QuantityRegistry.Temperature);
            humidity += reading.Values.ValueOrZero(QuantityRegistry.Humidity);
            (lowest, highest) = (Math.Min(lowest, reading.Values.ValueOrZero(QuantityRegistry.Temperature)), Math.Max(highest, reading.Values.ValueOrZero(QuantityRegistry.Temperature)));
            (driest, dampest) = (Math.Min(driest, reading.Values.ValueOrZero(QuantityRegistry.Humidity)), Math.Max(dampest, reading.Values.ValueOrZero(QuantityRegistry.Humidity)));
        }

        return temperature + humidity + lowest + highest + driest + dampest > double.MinValue ? count : 0;
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
