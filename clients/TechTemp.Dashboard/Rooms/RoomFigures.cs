using System.Collections.Concurrent;
using TechTemp.Dashboard.Api;

namespace TechTemp.Dashboard.Rooms;

/// <summary>The buckets that cards are made of, kept for a minute: the visitors of this process look at the same rooms.</summary>
public sealed class RoomFigures(ApiClient api, TimeProvider time)
{
    // The API computes a chart with one processor at a time; more at once would only wait there.
    private const int AtOnce = 4;
    private const int MostKept = 2_000;
    // The figures of the day are about these alone.
    private const string Wanted = $"{Quantity.TemperatureKey},{Quantity.HumidityKey}";
    private static readonly TimeSpan s_keep = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(SeriesSource Source, DateTimeOffset From), (IReadOnlyList<Bucket> Buckets, long At)> _kept = new();

    /// <summary>Quarters of an hour since a moment, of each source.</summary>
    public async Task<IReadOnlyDictionary<SeriesSource, IReadOnlyList<Bucket>>> OfAsync(
        IReadOnlyList<SeriesSource> sources, DateTimeOffset from, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<SeriesSource, IReadOnlyList<Bucket>>();
        var missing = new List<SeriesSource>();
        foreach (var source in sources)
        {
            if (_kept.TryGetValue((source, from), out var kept) && time.GetElapsedTime(kept.At) < s_keep)
            {
                found[source] = kept.Buckets;
            }
            else
            {
                missing.Add(source);
            }
        }

        if (missing.Count == 0)
        {
            // At once, so that the live page begins with what was rendered first.
            return found;
        }

        await Parallel.ForEachAsync(missing, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (source, stop) =>
        {
            try
            {
                var buckets = await api.BucketsAsync(source, from, time.GetUtcNow(), "PT15M", "UTC", Wanted, stop);
                found[source] = buckets;
                Keep((source, from), buckets);
            }
            catch (ApiException e) when (e.Status == System.Net.HttpStatusCode.NotFound)
            {
                // Deleted since.
            }
        });
        return found;
    }

    private void Keep((SeriesSource Source, DateTimeOffset From) key, IReadOnlyList<Bucket> buckets)
    {
        if (_kept.Count >= MostKept)
        {
            foreach (var old in _kept.Where(k => time.GetElapsedTime(k.Value.At) >= s_keep).Select(k => k.Key).ToList())
            {
                _kept.TryRemove(old, out _);
            }
        }

        if (_kept.Count < MostKept)
        {
            _kept[key] = (buckets, time.GetTimestamp());
        }
    }
}
