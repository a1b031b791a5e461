using TechTemp.Readings.Buckets;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Queries;

namespace TechTemp.History;

/// <summary>A wrong answer is no figure: start, count and extremes of each bucket are compared with those of its single readings.</summary>
internal static class BucketCheck
{
    /// <param name="what">What was asked.</param>
    /// <param name="found">The answer, newest first.</param>
    /// <param name="readings">All readings of the series, newest first.</param>
    /// <param name="buckets">How time is cut.</param>
    /// <exception cref="InvalidDataException">A bucket differs, is missing, or has no readings.</exception>
    public static void Check(string what, IReadOnlyList<Bucket> found, IEnumerable<SeriesBlock> readings, TimeBuckets buckets)
    {
        var expected = Recompute(readings, buckets);
        if (found.Count != expected.Count)
        {
            throw new InvalidDataException($"{what}: {found.Count} buckets, {expected.Count} over single readings.");
        }

        foreach (var (bucket, recomputed) in found.Zip(expected))
        {
            var summary = new Summary(bucket.Start, bucket.Count, Extremes.Of(bucket[QuantityRegistry.Temperature]), Extremes.Of(bucket[QuantityRegistry.Humidity]));
            if (summary != recomputed)
            {
                throw new InvalidDataException($"{what}: {summary}, over single readings {recomputed}.");
            }
        }
    }

    private static List<Summary> Recompute(IEnumerable<SeriesBlock> readings, TimeBuckets buckets)
    {
        var all = new List<Summary>();
        foreach (var block in readings)
        {
            var (temperatures, humidities) = (block.Values(QuantityRegistry.Temperature)!, block.Values(QuantityRegistry.Humidity)!);
            for (var i = block.Last; i >= block.First; i--)
            {
                if (all.Count == 0 || block.Times[i] < all[^1].Start)
                {
                    all.Add(new(buckets.StartOf(block.Times[i]), 0, new(temperatures[i], temperatures[i]), new(humidities[i], humidities[i])));
                }

                var last = all[^1];
                all[^1] = new(last.Start, last.Count + 1, last.Temperature.With(temperatures[i]), last.Humidity.With(humidities[i]));
            }
        }

        return all;
    }

    private readonly record struct Summary(long Start, long Count, Extremes Temperature, Extremes Humidity);

    private readonly record struct Extremes(double Least, double Greatest)
    {
        public static Extremes Of(in QuantityAggregate aggregate) => new(aggregate.Least, aggregate.Greatest);

        public Extremes With(double value) => new(Math.Min(Least, value), Math.Max(Greatest, value));
    }
}
