using TechTemp.Readings.Calibrations;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;

namespace TechTemp.Readings.Buckets;

/// <summary>Some buckets side by side, being filled. Each quantity has its own column: those that no reading has take nothing.</summary>
public sealed class BucketWindow
{
    // The starts of the buckets, oldest first, and the end of the last one.
    private readonly long[] _edges;
    private readonly long[] _counts;
    private readonly QuantityAggregate[]?[] _columns = new QuantityAggregate[QuantityRegistry.Count][];
    private readonly TimeBuckets _buckets;
    private readonly QuantitySet _quantities;
    private readonly List<(int Bucket, int First, int Beyond)> _runs = [];
    private long[] _seconds = [];
    private int _last;

    /// <param name="buckets">How time is cut.</param>
    /// <param name="quantities">Which quantities are wanted.</param>
    /// <param name="oldest">Not further back than the bucket of this moment.</param>
    /// <param name="end">The end, exclusive: a bucket's start.</param>
    /// <param name="width">How many buckets at most.</param>
    public BucketWindow(TimeBuckets buckets, QuantitySet quantities, long oldest, long end, int width)
    {
        (_buckets, _quantities) = (buckets, quantities);
        _edges = buckets.Edges(end, oldest, width);
        _counts = new long[_edges.Length - 1];
    }

    /// <summary>The start of the first bucket, unix milliseconds UTC.</summary>
    public long Start => _edges[0];

    /// <summary>The end of the last bucket, exclusive.</summary>
    public long End => _edges[^1];

    /// <summary>Whether a page lies in one bucket.</summary>
    public bool IsInOne(PageHead head) => head.Last < _edges[IndexOf(head.First) + 1];

    /// <inheritdoc cref="TimeBuckets.AreMadeOf"/>
    public bool IsMadeOf(long length) => _buckets.AreMadeOf(length);

    /// <summary>Adds a page that lies in one bucket, or whose readings are gone and count by its start.</summary>
    public void Add(PageHead head, Correction correction)
    {
        var index = IndexOf(head.First);
        _counts[index] += head.Count;
        foreach (ref readonly var summary in head.Columns.AsSpan())
        {
            if (_quantities.Contains(summary.Quantity))
            {
                ColumnOf(summary.Quantity)[index].Add(QuantityAggregate.Of(summary, correction.OffsetOf(summary.Quantity)));
            }
        }
    }

    /// <summary>Adds readings of one day of UTC.</summary>
    /// <param name="readings">The readings.</param>
    /// <param name="from">Only those from this time on, unix milliseconds UTC, inclusive, within the window.</param>
    /// <param name="to">And up to this time, inclusive.</param>
    /// <param name="before">The time of the reading of that day before the first one; null for none.</param>
    /// <param name="after">The time of the reading after the last one.</param>
    /// <param name="correction">What is done to the values; theirs are replaced.</param>
    public void Add(PageReadings readings, long from, long to, long? before, long? after, Correction correction)
    {
        var times = readings.Times;
        var (first, beyond) = (PageReadings.FirstAt(times, from), PageReadings.FirstAt(times, to + 1));
        if (first == beyond)
        {
            return;
        }

        Divide(times, first, beyond);
        foreach (var run in _runs)
        {
            _counts[run.Bucket] += run.Beyond - run.First;
        }

        // The columns of quantities that each reading has, and then the others, whose readings are fewer.
        ReadOnlySpan<long> seconds = default;
        foreach (var column in readings.Columns)
        {
            if (column.IsWhole && _quantities.Contains(column.Quantity))
            {
                seconds = seconds.IsEmpty ? Weigh(times, before, after, readings.Step) : seconds;
                Add(column, column.Values, seconds, correction);
            }
        }

        foreach (var column in readings.Columns)
        {
            if (!column.IsWhole && _quantities.Contains(column.Quantity))
            {
                var present = column.Present(times);
                Divide(present.Times, PageReadings.FirstAt(present.Times, from), PageReadings.FirstAt(present.Times, to + 1));
                Add(column, present.Values, Weigh(present.Times, before, after, step: null), correction);
            }
        }
    }

    /// <summary>The buckets that have any reading, newest first.</summary>
    internal List<Bucket> NewestFirst()
    {
        var buckets = new List<Bucket>(_counts.Length);
        for (var i = _counts.Length - 1; i >= 0; i--)
        {
            if (_counts[i] > 0)
            {
                buckets.Add(new(this, i));
            }
        }

        return buckets;
    }

    internal long StartOf(int index) => _edges[index];

    internal long CountOf(int index) => _counts[index];

    internal QuantityAggregate Of(Quantity quantity, int index) => _columns[quantity.Index] is { } column ? column[index] : default;

    private ReadOnlySpan<long> Weigh(long[] times, long? before, long? after, long? step)
    {
        if (_seconds.Length < times.Length)
        {
            _seconds = new long[Math.Max(times.Length, 2 * _seconds.Length)];
        }

        var seconds = _seconds.AsSpan(0, times.Length);
        if (step is { } same)
        {
            ReadingTime.Weigh(times, before, after, same, seconds);
        }
        else
        {
            ReadingTime.Weigh(times, before, after, seconds);
        }

        return seconds;
    }

    // Into readings that follow each other in one bucket.
    private void Divide(long[] times, int first, int beyond)
    {
        _runs.Clear();
        for (int end; first < beyond; first = end)
        {
            var bucket = IndexOf(times[first]);
            end = EndOfRun(times, first, beyond, bucket);
            _runs.Add((bucket, first, end));
        }
    }

    private void Add(PageColumn column, Span<double> values, ReadOnlySpan<long> seconds, Correction correction)
    {
        correction.Apply(column.Quantity, values, column.Range);
        var aggregates = ColumnOf(column.Quantity);
        foreach (var (bucket, first, beyond) in _runs)
        {
            aggregates[bucket].Add(values[first..beyond], seconds[first..beyond]);
        }
    }

    private QuantityAggregate[] ColumnOf(Quantity quantity) => _columns[quantity.Index] ??= new QuantityAggregate[_counts.Length];

    // The index of the first time that is not in the bucket any more.
    private int EndOfRun(long[] times, int first, int beyond, int index)
    {
        var end = _edges[index + 1];
        if (times[beyond - 1] < end)
        {
            return beyond;
        }

        while (times[first] < end)
        {
            first++;
        }

        return first;
    }

    // Times rise mostly: it is the bucket of the one before, or the next one.
    private int IndexOf(long ts)
    {
        for (var i = _last; i < Math.Min(_last + 2, _counts.Length); i++)
        {
            if (ts >= _edges[i] && ts < _edges[i + 1])
            {
                return _last = i;
            }
        }

        var found = Array.BinarySearch(_edges, ts);
        return _last = found >= 0 ? found : ~found - 1;
    }
}
