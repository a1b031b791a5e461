using TechTemp.Data.Sqlite.Readings;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Quantities;

namespace TechTemp.History;

/// <summary>All buckets of a device, against the same aggregation over its single readings.</summary>
internal static class BucketRow
{
    private const int Runs = 15;

    // Until the code that runs often is compiled for it.
    private const int WarmUp = 10;

    // More buckets than any row has: a year has 35,040 quarter hours.
    private const int AllBuckets = 40_000;

    public static void Measure(Site site, Table table, string what, string uid, TimeBuckets buckets)
    {
        var series = site.Get<SeriesQueries>().OfDevice(uid, long.MinValue, long.MaxValue, calibrated: true)!;
        BucketCheck.Check(what, All(site, series, buckets), site.Get<SeriesQueries>().Readings(series), buckets);
        var (rolled, scanned) = (new List<double>(), new List<double>());
        for (var run = -WarmUp; run < Runs; run++)
        {
            if (run == 0)
            {
                rolled.Clear();
                scanned.Clear();
            }

            // In turn, so that what disturbs the machine disturbs both.
            rolled.Add(Table.Time(() => All(site, series, buckets)));
            scanned.Add(Table.Time(() => Scan(site, series, buckets)));
        }

        var (fast, slow) = (Table.Median(rolled), Table.Median(scanned));
        table.Add(what, $"{fast:F1} ms", $"{slow:F1} ms over single readings: 1/{slow / fast:F0}; {Cold(() => All(site, series, buckets))}");
    }

    public static string Cold(Action question) => Site.ForgetCaches() ? $"cold {Table.Time(question):F1} ms" : "cold: not as this user";

    public static IReadOnlyList<Bucket> All(Site site, Series series, TimeBuckets buckets) => site.Get<BucketQueries>().Newest(series.Parts, buckets, AllBuckets);

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
}
