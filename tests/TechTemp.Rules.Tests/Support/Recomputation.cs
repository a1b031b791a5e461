using TechTemp.Data.Readings;

namespace TechTemp.Rules.Tests.Support;

/// <summary>Buckets computed from single readings: what the store must give.</summary>
internal static class Recomputation
{
    private const double Quarter = 900;

    /// <param name="readings">In any order, each with the seconds that it stands for.</param>
    /// <param name="buckets">How time is cut.</param>
    /// <returns>Newest first.</returns>
    public static IEnumerable<Bucket> Of(IEnumerable<(long Ts, double Temperature, double Humidity, double Seconds)> readings, Buckets buckets) =>
        readings.GroupBy(r => buckets.StartOf(r.Ts)).OrderByDescending(g => g.Key).Select(g => new Bucket(
            g.Key,
            g.Sum(r => r.Temperature * r.Seconds) / g.Sum(r => r.Seconds), g.Min(r => r.Temperature), g.Max(r => r.Temperature),
            g.Sum(r => r.Humidity * r.Seconds) / g.Sum(r => r.Seconds), g.Min(r => r.Humidity), g.Max(r => r.Humidity),
            g.Count()));

    /// <summary>How long each reading of a device stands for: half the way to its neighbours of the same day, as far as they are no more than a quarter of an hour away.</summary>
    /// <param name="times">The times of all readings of the device.</param>
    public static IReadOnlyDictionary<long, double> Seconds(IEnumerable<long> times) => times.GroupBy(DayOf).SelectMany(day => day.Select(ts =>
    {
        var left = day.Where(t => t < ts).Select(t => Step(t, ts)).Append(double.MaxValue).Min();
        var right = day.Where(t => t > ts).Select(t => Step(ts, t)).Append(double.MaxValue).Min();
        var steps = new[] { left, right }.Where(step => step <= Quarter).ToArray();
        return (Ts: ts, Seconds: steps.Length == 0 ? Quarter : Math.Round(steps.Average(), MidpointRounding.AwayFromZero));
    })).ToDictionary(r => r.Ts, r => r.Seconds);

    private static DateTime DayOf(long ts) => DateTimeOffset.FromUnixTimeMilliseconds(ts).UtcDateTime.Date;

    private static double Step(long from, long to) => Math.Max(1, Math.Round((to - from) / 1000.0, MidpointRounding.AwayFromZero));

    /// <summary>Means may differ by how floating point adds up; nothing else may.</summary>
    public static void AssertSame(IEnumerable<Bucket> expected, IEnumerable<Bucket> actual) => Assert.Equal(expected, actual, AreSame);

    // Not rounded: a mean may lie just between two rounded numbers.
    private static bool AreSame(Bucket one, Bucket other) =>
        Math.Abs(one.Temperature - other.Temperature) < 1e-6 && Math.Abs(one.Humidity - other.Humidity) < 1e-6
        && one with { Temperature = 0, Humidity = 0 } == other with { Temperature = 0, Humidity = 0 };
}
