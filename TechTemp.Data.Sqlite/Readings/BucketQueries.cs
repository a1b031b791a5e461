using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Sqlite.Readings;

/// <summary>Series in buckets.</summary>
public sealed class BucketQueries(StoreConnections connections)
{
    internal const string BoundsSql =
        """
        SELECT (SELECT min(ts) FROM readings WHERE device_id = ?1), (SELECT max(ts) FROM readings WHERE device_id = ?1),
            (SELECT min(id) FROM pages WHERE id BETWEEN ?2 AND ?3), (SELECT max(id) FROM pages WHERE id BETWEEN ?2 AND ?3);
        """;

    /// <summary>The newest buckets of a series that have any reading, newest first.</summary>
    /// <param name="parts">What the series is made of.</param>
    /// <param name="buckets">How time is cut.</param>
    /// <param name="limit">How many at most, 1 or more.</param>
    /// <param name="quantities">Which quantities are wanted; null for all.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public IReadOnlyList<Bucket> Newest(IReadOnlyList<SeriesPart> parts, TimeBuckets buckets, int limit, QuantitySet? quantities = null) =>
        [.. Read(parts, buckets, quantities ?? QuantitySet.All, limit).Take(limit)];

    /// <summary>All buckets of a series that have any reading, newest first, read some at a time as they are taken.</summary>
    /// <param name="parts">What the series is made of.</param>
    /// <param name="buckets">How time is cut.</param>
    /// <param name="quantities">Which quantities are wanted; null for all.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public IEnumerable<Bucket> All(IReadOnlyList<SeriesPart> parts, TimeBuckets buckets, QuantitySet? quantities = null) =>
        Read(parts, buckets, quantities ?? QuantitySet.All, width: 1_000);

    // The first window is that wide. Between two of them nothing is held in the store: whoever takes the buckets may be slow.
    private IEnumerable<Bucket> Read(IReadOnlyList<SeriesPart> parts, TimeBuckets buckets, QuantitySet quantities, int width)
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
            var window = new BucketWindow(buckets, quantities, oldest, end, width);
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
        using var reader = connections.Read("pages");
        reader.BeginSnapshot();
        var rows = new BucketReader(reader);
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
        var bounded = new List<SeriesPart>(parts.Count);
        foreach (var device in parts.GroupBy(p => p.DeviceId))
        {
            bounds.Bind(1, device.Key).Bind(2, PageKey.FirstId(device.Key, 0)).Bind(3, PageKey.LastId(device.Key, long.MaxValue)).Step();
            var (firstRow, lastRow, firstPage, lastPage) = (bounds.LongOrNull(0), bounds.LongOrNull(1), bounds.LongOrNull(2), bounds.LongOrNull(3));
            bounds.Reset();
            var oldest = Math.Min(firstRow ?? long.MaxValue, firstPage is { } first ? PageKey.StartOf(first) : long.MaxValue);
            var newest = Math.Max(lastRow ?? long.MinValue, lastPage is { } last ? PageKey.StartOf(last) + PageKey.Day - 1 : long.MinValue);
            bounded.AddRange(device
                .Select(p => p with { From = Math.Max(p.From, oldest), To = Math.Min(p.To, newest) })
                .Where(p => p.From <= p.To));
        }

        return bounded;
    }
}
