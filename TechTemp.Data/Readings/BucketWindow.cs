namespace TechTemp.Data.Readings;

/// <summary>Some buckets side by side, being filled.</summary>
internal sealed class BucketWindow
{
    // The starts of the buckets, oldest first, and the end of the last one.
    private readonly long[] _edges;
    private readonly Aggregate[] _aggregates;
    private readonly Buckets _buckets;

    /// <param name="buckets">How time is cut.</param>
    /// <param name="oldest">Not further back than the bucket of this moment.</param>
    /// <param name="end">The end, exclusive: a bucket's start.</param>
    /// <param name="width">How many buckets at most.</param>
    public BucketWindow(Buckets buckets, long oldest, long end, int width)
    {
        _buckets = buckets;
        var edges = new List<long> { end };
        while (edges.Count <= width && edges[^1] > oldest)
        {
            edges.Add(buckets.StartOf(edges[^1] - 1));
        }

        edges.Reverse();
        _edges = [.. edges];
        _aggregates = new Aggregate[_edges.Length - 1];
    }

    public long Start => _edges[0];

    public long End => _edges[^1];

    /// <summary>The bucket that holds a moment of this window.</summary>
    public int IndexOf(long ts)
    {
        var found = Array.BinarySearch(_edges, ts);
        return found >= 0 ? found : ~found - 1;
    }

    /// <inheritdoc cref="Buckets.AreMadeOf"/>
    public bool IsMadeOf(long length) => _buckets.AreMadeOf(length);

    /// <summary>Where that bucket ends, exclusive.</summary>
    public long EndOf(int index) => _edges[index + 1];

    /// <summary>Where that bucket starts.</summary>
    public long StartOf(int index) => _edges[index];

    public void Add(int index, in Aggregate aggregate) => _aggregates[index].Add(aggregate);

    /// <summary>Adds a reading that stands for some seconds.</summary>
    public void Add(int index, double temperature, double humidity, long seconds) => _aggregates[index].Add(temperature, humidity, seconds);

    public IEnumerable<Bucket> NewestFirst()
    {
        for (var i = _aggregates.Length - 1; i >= 0; i--)
        {
            if (_aggregates[i].Count > 0)
            {
                yield return _aggregates[i].ToBucket(_edges[i]);
            }
        }
    }
}
