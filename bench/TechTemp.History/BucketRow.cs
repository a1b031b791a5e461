using TechTemp.Readings.Buckets;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Queries;

namespace TechTemp.History;

/// <summary>All buckets of a device, against the same aggregation over its single readings.</summary>
internal static class BucketRow
{
    private const int Runs = 15;

    // Until the code that runs often is compiled for it.
    private const int WarmUp = 100;

    public static void Measure(Site site, Table table, string what, string uid, TimeBuckets buckets, bool isExport = false)
    {
        var series = site.OfDevice(uid);
        BucketCheck.Check(what, site.Buckets(series, buckets), site.Newest(series, int.MaxValue), buckets);
        Action question = isExport ? () => site.Export(series, buckets) : () => site.Buckets(series, buckets);
        var (rolled, scanned) = (new List<double>(), new List<double>());
        for (var run = -WarmUp; run < Runs; run++)
        {
            if (run == 0)
            {
                rolled.Clear();
                scanned.Clear();
            }

            // In turn, so that what disturbs the machine disturbs both.
            rolled.Add(Table.Time(question));
            scanned.Add(Table.Time(() => Scan(site, series, buckets)));
        }

        var (fast, slow) = (Table.Median(rolled), Table.Median(scanned));
        table.Add(what, $"{fast:F1} ms", $"{slow:F1} ms over single readings: 1/{slow / fast:F0}; {Cold(site, question)}");
    }

    public static string Cold(Site site, Action question) => site.IsServer ? "a server has caches of its own" : Site.ForgetCaches() ? $"cold {Table.Time(question):F1} ms" : "cold: not as this user";

    // The same aggregation over single readings: one pass in the order of the key.
    private static int Scan(Site site, Series series, TimeBuckets buckets)
    {
        var (count, start) = (0, long.MaxValue);
        double temperature = 0, humidity = 0, lowest = 0, highest = 0, driest = 0, dampest = 0;
        foreach (var block in site.Newest(series, int.MaxValue))
        {
            var (temperatures, humidities) = (block.Values(QuantityRegistry.Temperature)!, block.Values(QuantityRegistry.Humidity)!);
            for (var i = block.Last; i >= block.First; i--)
            {
                if (block.Times[i] < start)
                {
                    (start, count) = (buckets.StartOf(block.Times[i]), count + 1);
                    (lowest, highest, driest, dampest) = (double.MaxValue, double.MinValue, double.MaxValue, double.MinValue);
                }

                temperature += temperatures[i];
                humidity += humidities[i];
                (lowest, highest) = (Math.Min(lowest, temperatures[i]), Math.Max(highest, temperatures[i]));
                (driest, dampest) = (Math.Min(driest, humidities[i]), Math.Max(dampest, humidities[i]));
            }
        }

        return temperature + humidity + lowest + highest + driest + dampest > double.MinValue ? count : 0;
    }
}
