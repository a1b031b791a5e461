using TechTemp.Readings.Quantities;

namespace TechTemp.Readings.Pages;

/// <summary>Collects readings, of pages and single ones, and puts them in columns in the order of time. Not thread-safe.</summary>
public sealed class PageReadingsBuilder
{
    // A small answer has that many.
    private const int FewestReadings = 16;

    private readonly List<long> _times = new(FewestReadings);
    private readonly List<byte> _sources = new(FewestReadings);
    private readonly List<double>?[] _columns = new List<double>[QuantityRegistry.Count];
    private bool _isRising = true;
    private bool _isFalling = true;

    /// <summary>How many readings there are.</summary>
    public int Count => _times.Count;

    /// <summary>The time of the reading that was added first.</summary>
    public long FirstTime => _times[0];

    /// <summary>The time of the reading that was added last.</summary>
    public long LastTime => _times[^1];

    /// <summary>Adds a reading.</summary>
    /// <param name="ts">Its time, unix milliseconds UTC; no other reading has it.</param>
    /// <param name="values">At least one.</param>
    /// <param name="source">The way it came in, as the store numbers it.</param>
    public void Add(long ts, in QuantityValues values, byte source)
    {
        AddTime(ts);
        _sources.Add(source);
        foreach (var quantity in values.Quantities)
        {
            var column = ColumnOf(quantity, _times.Count - 1);
            column.Add(values.ValueOrZero(quantity));
        }
    }

    /// <summary>Adds all readings of a page.</summary>
    public void Add(PageReadings page) => Add(page, 0, page.Times.Length);

    /// <summary>Adds some readings of a page that follow each other.</summary>
    /// <param name="page">The page.</param>
    /// <param name="first">The index of the first one.</param>
    /// <param name="count">How many.</param>
    public void Add(PageReadings page, int first, int count)
    {
        var before = _times.Count;
        foreach (var ts in page.Times.AsSpan(first, count))
        {
            AddTime(ts);
        }

        _sources.AddRange(page.Sources.AsSpan(first, count));
        foreach (var column in page.Columns)
        {
            var values = column.Values.AsSpan(first, count);
            // A quantity that none of these readings has is none of theirs.
            if (column.IsWhole || values.ContainsAnyInRange(double.NegativeInfinity, double.PositiveInfinity))
            {
                ColumnOf(column.Quantity, before).AddRange(values);
            }
        }
    }

    /// <summary>The readings in the order of time; null when there are none.</summary>
    public PageReadings? Build()
    {
        if (Count == 0)
        {
            return null;
        }

        var columns = new List<PageColumn>();
        foreach (var quantity in QuantityRegistry.All)
        {
            if (_columns[quantity.Index] is { Count: > 0 })
            {
                columns.Add(new(quantity, InOrder(ColumnOf(quantity, Count))));
            }
        }

        return new(InOrder(_times), InOrder(_sources), [.. columns]);
    }

    /// <summary>Forgets all readings.</summary>
    public void Clear()
    {
        _times.Clear();
        _sources.Clear();
        Array.ForEach(_columns, column => column?.Clear());
        (_isRising, _isFalling) = (true, true);
    }

    private void AddTime(long ts)
    {
        _isRising &= _times.Count == 0 || ts > _times[^1];
        _isFalling &= _times.Count == 0 || ts < _times[^1];
        _times.Add(ts);
    }

    // With NaN for the readings before that lack it.
    private List<double> ColumnOf(Quantity quantity, int length)
    {
        var column = _columns[quantity.Index] ??= new(FewestReadings);
        while (column.Count < length)
        {
            column.Add(double.NaN);
        }

        return column;
    }

    private T[] InOrder<T>(List<T> column)
    {
        T[] values = [.. column];
        if (_isFalling)
        {
            Array.Reverse(values);
        }
        else if (!_isRising)
        {
            Array.Sort(_times.ToArray(), values);
        }

        return values;
    }
}
