using TechTemp.Readings.Quantities;

namespace TechTemp.Readings.Pages;

/// <summary>Collects readings, of pages and single ones, and puts them in columns in the order of time. Not thread-safe.</summary>
public sealed class PageReadingsBuilder
{
    private readonly List<long> _times = [];
    private readonly List<byte> _sources = [];
    private readonly List<double>?[] _columns = new List<double>[QuantityRegistry.Count];
    private bool _isSorted = true;

    /// <summary>How many readings there are.</summary>
    public int Count => _times.Count;

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
    public void Add(PageReadings page)
    {
        var before = _times.Count;
        Array.ForEach(page.Times, AddTime);
        _sources.AddRange(page.Sources);
        foreach (var column in page.Columns)
        {
            ColumnOf(column.Quantity, before).AddRange(column.Values);
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
        _isSorted = true;
    }

    private void AddTime(long ts)
    {
        _isSorted &= _times.Count == 0 || ts > _times[^1];
        _times.Add(ts);
    }

    // With NaN for the readings before that lack it.
    private List<double> ColumnOf(Quantity quantity, int length)
    {
        var column = _columns[quantity.Index] ??= [];
        while (column.Count < length)
        {
            column.Add(double.NaN);
        }

        return column;
    }

    private T[] InOrder<T>(List<T> column)
    {
        T[] values = [.. column];
        if (!_isSorted)
        {
            Array.Sort(_times.ToArray(), values);
        }

        return values;
    }
}
