using System.Runtime.CompilerServices;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Storage;

namespace TechTemp.Readings.Queries;

/// <summary>Series in buckets. What fails is the exception of the store.</summary>
public sealed class BucketQueries(IReadingStore store)
{
    private const int NarrowestWindow = 1_000;

    // 26 days of quarter hours. The runtime keeps arrays of 85,000 bytes or more apart, and frees them in full collections only: a column has 79,872.
    private const int WidestWindow = 26 * 96;

    /// <summary>The newest buckets of a series that have any reading, newest first.</summary>
    /// <param name="parts">What the series is made of.</param>
    /// <param name="buckets">How time is cut.</param>
    /// <param name="limit">How many at most, 1 or more.</param>
    /// <param name="quantities">Which quantities are wanted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PageDamagedException">A page is damaged.</exception>
    public async ValueTask<IReadOnlyList<Bucket>> NewestAsync(
        IReadOnlyList<SeriesPart> parts, TimeBuckets buckets, int limit, QuantitySet quantities, CancellationToken cancellationToken)
    {
        var (newest, count) = (new List<List<Bucket>>(), 0);
        await foreach (var window in WindowsAsync(parts, buckets, quantities, Math.Min(limit, WidestWindow), cancellationToken))
        {
            var found = window.NewestFirst();
            newest.Add(found);
            count += found.Count;
            if (count >= limit)
            {
                found.RemoveRange(found.Count - (count - limit), count - limit);
                break;
            }
        }

        if (newest is [var only])
        {
            return only;
        }

        var all = new List<Bucket>(Math.Min(count, limit));
        newest.ForEach(all.AddRange);
        return all;
    }

    /// <summary>All buckets of a series that have any reading, newest first, read some at a time: between two of them nothing is held in the store.</summary>
    /// <param name="parts">What the series is made of.</param>
    /// <param name="buckets">How time is cut.</param>
    /// <param name="quantities">Which quantities are wanted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PageDamagedException">A page is damaged.</exception>
    public async IAsyncEnumerable<Bucket> AllAsync(
        IReadOnlyList<SeriesPart> parts, TimeBuckets buckets, QuantitySet quantities, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var window in WindowsAsync(parts, buckets, quantities, NarrowestWindow, cancellationToken))
        {
            foreach (var bucket in window.NewestFirst())
            {
                yield return bucket;
            }
        }
    }

    // The first window is that wide.
    private async IAsyncEnumerable<BucketWindow> WindowsAsync(
        IReadOnlyList<SeriesPart> parts, TimeBuckets buckets, QuantitySet quantities, int width, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var bounded = await BoundAsync(parts, cancellationToken);
        if (bounded.Count == 0)
        {
            yield break;
        }

        var oldest = bounded.Min(p => p.From);
        var end = buckets.Next(buckets.StartOf(bounded.Max(p => p.To)));
        var reader = new BucketReader();
        // Where readings are rare the windows soon become wide.
        for (; end > oldest; width = Math.Max(width, Math.Min(width * 2, WidestWindow)))
        {
            var window = new BucketWindow(buckets, quantities, oldest, end, width);
            await using (var snapshot = await store.OpenAsync("pages", cancellationToken))
            {
                foreach (var part in bounded)
                {
                    await reader.ReadAsync(snapshot, part, window, cancellationToken);
                }
            }

            yield return window;
            end = window.Start;
        }
    }

    /// <summary>The parts that can have readings, cut down to the time in which they can.</summary>
    private async ValueTask<List<SeriesPart>> BoundAsync(IReadOnlyList<SeriesPart> parts, CancellationToken cancellationToken)
    {
        await using var snapshot = await store.OpenAsync("pages", cancellationToken);
        var bounded = new List<SeriesPart>(parts.Count);
        foreach (var device in parts.GroupBy(p => p.DeviceId))
        {
            if (await snapshot.SpanAsync(device.Key, cancellationToken) is var (oldest, newest))
            {
                bounded.AddRange(device
                    .Select(p => p with { From = Math.Max(p.From, oldest), To = Math.Min(p.To, newest) })
                    .Where(p => p.From <= p.To));
            }
        }

        return bounded;
    }
}
