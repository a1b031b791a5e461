using TechTemp.Readings.Buckets;
using TechTemp.Readings.Quantities;

namespace TechTemp.Rules.Tests.Support;

/// <summary>A reading as it must be answered.</summary>
/// <param name="Ts">Unix milliseconds UTC.</param>
/// <param name="Values">Its values.</param>
/// <param name="Seconds">How long each of them stands for.</param>
internal readonly record struct WeighedReading(long Ts, QuantityValues Values, QuantityValues Seconds);

/// <summary>What a bucket must be.</summary>
internal sealed record ExpectedBucket(long Start, long Count, IReadOnlyList<(Quantity Quantity, double Mean, double Least, double Greatest)> Values);

/// <summary>Buckets computed from single readings: what the store must give.</summary>
internal static class Recomputation
{
    private const double Quarter = 900;

    /// <param name="readings">In any order.</param>
    /// <param name="buckets">How time is cut.</param>
    /// <returns>Newest first.</returns>
    public static IEnumerable<ExpectedBucket> Of(IEnumerable<WeighedReading> readings, TimeBuckets buckets) =>
        readings.GroupBy(r => buckets.StartOf(r.Ts)).OrderByDescending(g => g.Key).Select(g => new ExpectedBucket(
            g.Key,
            g.Count(),
            [.. QuantityRegistry.All.Where(q => g.Any(r => r.Values.Quantities.Contains(q))).Select(q => Of(q, [.. g.Where(r => r.Values.Quantities.Contains(q))]))]));

    /// <summary>How long each reading of a device stands for: half the way to its neighbours of the same day, as far as they are no more than a quarter of an hour away.</summary>
    /// <param name="times">The times of all readings of the device that have the quantity.</param>
    public static IReadOnlyDictionary<long, double> Seconds(IEnumerable<long> times) => times.GroupBy(DayOf).SelectMany(day =>
    {
        var sorted = day.Order().ToArray();
        return sorted.Select((ts, i) =>
        {
            var left = i > 0 ? Step(sorted[i - 1], ts) : double.MaxValue;
            var right = i + 1 < sorted.Length ? Step(ts, sorted[i + 1]) : double.MaxValue;
            var steps = new[] { left, right }.Where(step => step <= Quarter).ToArray();
            return (Ts: ts, Seconds: steps.Length == 0 ? Quarter : Math.Round(steps.Average(), MidpointRounding.AwayFromZero));
        });
    }).ToDictionary(r => r.Ts, r => r.Seconds);

    /// <summary>Means may differ by how floating point adds up; nothing else may.</summary>
    public static void AssertSame(IEnumerable<ExpectedBucket> expected, IEnumerable<Bucket> actual) => Assert.Equal(expected, actual.Select(Of), AreSame);

    /// <inheritdoc cref="AssertSame(IEnumerable{ExpectedBucket}, IEnumerable{Bucket})"/>
    public static void AssertSame(IEnumerable<Bucket> expected, IEnumerable<Bucket> actual) => AssertSame(expected.Select(Of), actual);

    private static (Quantity, double, double, double) Of(Quantity quantity, IReadOnlyList<WeighedReading> readings) => (
        quantity,
        readings.Sum(r => r.Values.ValueOrZero(quantity) * r.Seconds.ValueOrZero(quantity)) / readings.Sum(r => r.Seconds.ValueOrZero(quantity)),
        readings.Min(r => r.Values.ValueOrZero(quantity)),
        readings.Max(r => r.Values.ValueOrZero(quantity)));

    private static ExpectedBucket Of(Bucket bucket) => new(
        bucket.Start,
        bucket.Count,
        [.. QuantityRegistry.All.Where(q => !bucket[q].IsEmpty).Select(q => (q, bucket[q].Mean, bucket[q].Least, bucket[q].Greatest))]);

    private static DateTime DayOf(long ts) => DateTimeOffset.FromUnixTimeMilliseconds(ts).UtcDateTime.Date;

    private static double Step(long from, long to) => Math.Max(1, Math.Round((to - from) / 1000.0, MidpointRounding.AwayFromZero));

    // Not rounded: a mean may lie just between two rounded numbers.
    private static bool AreSame(ExpectedBucket one, ExpectedBucket other) =>
        one.Start == other.Start && one.Count == other.Count && one.Values.Count == other.Values.Count
        && one.Values.Zip(other.Values).All(pair =>
            pair.First with { Mean = 0 } == pair.Second with { Mean = 0 } && Math.Abs(pair.First.Mean - pair.Second.Mean) < 1e-6);
}
