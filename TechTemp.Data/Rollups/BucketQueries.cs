using Microsoft.Data.Sqlite;
using TechTemp.Data.Readings;
using TechTemp.Data.Store;

namespace TechTemp.Data.Rollups;

/// <summary>Series in buckets, from the coarsest rollups that say it exactly.</summary>
public sealed class BucketQueries(StoreConnections connections)
{
    internal const string BoundsSql =
        """
        SELECT (SELECT min(bucket) FROM rollups WHERE device_id = $device_id AND tier = $tier),
            (SELECT max(bucket) FROM rollups WHERE device_id = $device_id AND tier = $tier);
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

    // The first window is that wide.
    private IEnumerable<Bucket> Read(IReadOnlyList<SeriesPart> parts, Buckets buckets, int width)
    {
        using var connection = connections.Open();
        // One snapshot for all that follows.
        using var transaction = connection.BeginTransaction(deferred: true);
        var bounded = Bound(connection, parts);
        if (bounded.Count == 0)
        {
            yield break;
        }

        using var rows = new RollupReader(connection);
        var oldest = bounded.Min(p => p.From);
        var end = buckets.Next(buckets.StartOf(bounded.Max(p => p.To)));
        // Where readings are rare the windows soon become wide.
        for (; end > oldest; width = Math.Max(width, Math.Min(width * 2, 10_000)))
        {
            var window = new BucketWindow(buckets, oldest, end, width);
            foreach (var part in bounded)
            {
                rows.Read(part, window);
            }

            foreach (var bucket in window.NewestFirst())
            {
                yield return bucket;
            }

            end = window.Start;
        }
    }

    /// <summary>The parts that can have readings, cut down to the time in which they can.</summary>
    private static List<SeriesPart> Bound(SqliteConnection connection, IReadOnlyList<SeriesPart> parts)
    {
        using var bounds = connection.Prepare(BoundsSql, ("$device_id", SqliteType.Integer), ("$tier", SqliteType.Integer));
        var length = RollupTiers.LengthOf(RollupTiers.Coarsest);
        var bounded = new List<SeriesPart>(parts.Count);
        foreach (var device in parts.GroupBy(p => p.DeviceId))
        {
            using var reader = bounds.Bind(0, device.Key).Bind(1, (int)RollupTiers.Coarsest).ExecuteReader();
            reader.Read();
            if (reader.LongOrNull(0) is { } first && reader.LongOrNull(1) is { } last)
            {
                bounded.AddRange(device
                    .Select(p => p with { From = Math.Max(p.From, first * length), To = Math.Min(p.To, (last + 1) * length - 1) })
                    .Where(p => p.From <= p.To));
            }
        }

        return bounded;
    }
}
