using Microsoft.Data.Sqlite;
using TechTemp.Data.Readings;
using TechTemp.Data.Store;

namespace TechTemp.Data.Rollups;

/// <summary>Series in buckets, from the coarsest rollups that say it exactly.</summary>
public sealed class BucketQueries(StoreConnections connections)
{
    internal const string BoundsSql =
        """
        SELECT (SELECT min(bucket) FROM rollups WHERE device_id = ?1 AND tier = ?2),
            (SELECT max(bucket) FROM rollups WHERE device_id = ?1 AND tier = ?2);
        """;

    /// <summary>The newest buckets of a series that have any reading, newest first.</summary>
    /// <param name="parts">What the series is made of.</param>
    /// <param name="buckets">How time is cut.</param>
    /// <param name="limit">How many at most, 1 or more.</param>
    /// <exception cref="SqliteException">The store failed.</exception>
    public IReadOnlyList<Bucket> Newest(IReadOnlyList<SeriesPart> parts, Buckets buckets, int limit) => [.. Read(parts, buckets, limit).Take(limit)];

    /// <summary>All buckets of a series that have any reading, newest first, read some at a time as they are taken.</summary>
    /// <param name="parts">What the series is made of.</param>
    /// <param name="buckets">How time is cut.</param>
    /// <exception cref="SqliteException">The store failed.</exception>
    public IEnumerable<Bucket> All(IReadOnlyList<SeriesPart> parts, Buckets buckets) => Read(parts, buckets, width: 1_000);

    // The first window is that wide. Between two of them nothing is held in the store: whoever takes the buckets may be slow.
    private IEnumerable<Bucket> Read(IReadOnlyList<SeriesPart> parts, Buckets buckets, int width)
    {
        var bounded = Bound(parts);
        if (bounded.Count == 0)
        {
            yield break;
        }

        var oldest = bounded.Min(p => p.From);
        var end = buckets.Next(buckets.StartOf(bounded.Max(p => p.To)));
        // Where readings are rare the windows soon become wide.
        for (; end > oldest; width = Math.Max(width, Math.Min(width * 2, 10_000)))
        {
            var window = new BucketWindow(buckets, oldest, end, width);
            Read(bounded, window);
            foreach (var bucket in window.NewestFirst())
            {
                yield return bucket;
            }

            end = window.Start;
        }
    }

    private void Read(List<SeriesPart> parts, BucketWindow window)
    {
        using var reader = connections.Read("rollups");
        reader.BeginSnapshot();
        var rows = new RollupReader(reader);
        foreach (var part in parts)
        {
            rows.Read(part, window);
        }
    }

    /// <summary>The parts that can have readings, cut down to the time in which they can.</summary>
    private List<SeriesPart> Bound(IReadOnlyList<SeriesPart> parts)
    {
        using var reader = connections.Read();
        reader.BeginSnapshot();
        var bounds = reader.Prepare(BoundsSql);
        var length = RollupTiers.LengthOf(RollupTiers.Coarsest);
        var bounded = new List<SeriesPart>(parts.Count);
        foreach (var device in parts.GroupBy(p => p.DeviceId))
        {
            bounds.Bind(1, device.Key).Bind(2, (long)RollupTiers.Coarsest).Step();
            var (oldest, newest) = (bounds.LongOrNull(0), bounds.LongOrNull(1));
            bounds.Reset();
            if (oldest is { } first && newest is { } last)
            {
                bounded.AddRange(device
                    .Select(p => p with { From = Math.Max(p.From, first * length), To = Math.Min(p.To, (last + 1) * length - 1) })
                    .Where(p => p.From <= p.To));
            }
        }

        return bounded;
    }
}
