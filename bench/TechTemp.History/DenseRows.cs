using TechTemp.History.Simulation;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Quantities;

namespace TechTemp.History;

/// <summary>Two devices that measure every 5 seconds for 90 days: each hour is a page of its own.</summary>
internal static class DenseRows
{
    public static Task MeasureAsync(HistoryOptions options, Table table)
    {
        var days = options.IsShort ? 2 : 90;
        var devices = SimulatedDevice.Some(2, step: 5_000, QuantitySet.Usual, jitter: 0);
        using var site = Site.Create(SimulatedDevice.Messages(devices, step: 5_000, days));
        BytesRow.Measure(site, table, $"2 devices, every 5 s, {days} days: bytes a reading", devices.Count);
        foreach (var zone in new[] { "UTC", "Europe/Brussels" })
        {
            BucketRow.Measure(site, table, $"the same, one device, day buckets, {zone}", Site.Uid(0), TimeBuckets.Days(TimeZoneInfo.FindSystemTimeZoneById(zone)));
        }

        BucketRow.Measure(site, table, "the same, one device, hour buckets", Site.Uid(0), TimeBuckets.Of(TimeSpan.FromHours(1)));
        return Task.CompletedTask;
    }
}
