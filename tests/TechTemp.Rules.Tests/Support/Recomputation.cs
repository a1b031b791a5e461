using TechTemp.Data.Readings;

namespace TechTemp.Rules.Tests.Support;

/// <summary>Buckets computed from single readings: what rollups must give.</summary>
internal static class Recomputation
{
    /// <param name="readings">In any order.</param>
    /// <param name="buckets">How time is cut.</param>
    /// <returns>Newest first.</returns>
    public static IEnumerable<Bucket> Of(IEnumerable<(long Ts, double Temperature, double Humidity)> readings, Buckets buckets) =>
        readings.GroupBy(r => buckets.StartOf(r.Ts)).OrderByDescending(g => g.Key).Select(g => new Bucket(
            g.Key,
            g.Average(r => r.Temperature), g.Min(r => r.Temperature), g.Max(r => r.Temperature),
            g.Average(r => r.Humidity), g.Min(r => r.Humidity), g.Max(r => r.Humidity),
            g.Count()));

    /// <summary>Means may differ by how floating point adds up; nothing else may.</summary>
    public static void AssertSame(IEnumerable<Bucket> expected, IEnumerable<Bucket> actual) =>
        Assert.Equal(expected.Select(Rounded), actual.Select(Rounded));

    private static Bucket Rounded(Bucket bucket) =>
        bucket with { Temperature = Math.Round(bucket.Temperature, 6), Humidity = Math.Round(bucket.Humidity, 6) };
}
