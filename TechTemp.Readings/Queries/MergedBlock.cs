using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;

namespace TechTemp.Readings.Queries;

/// <summary>Collects readings of several devices, newest first, into one block. Not thread-safe.</summary>
/// <param name="limit">How many at most.</param>
internal sealed class MergedBlock(int limit)
{
    private readonly long[] _times = new long[limit];
    private readonly byte[] _sources = new byte[limit];
    private readonly int[] _deviceIds = new int[limit];
    private readonly double[]?[] _columns = new double[QuantityRegistry.Count][];

    // The oldest one stands first: they are filled from the end.
    private int _first = limit;

    /// <summary>Whether no more has room.</summary>
    public bool IsFull => _first == 0;

    /// <summary>Adds the next older reading.</summary>
    public void Add(SeriesBlock block, int index, int deviceId)
    {
        _first--;
        (_times[_first], _sources[_first], _deviceIds[_first]) = (block.Times[index], block.Sources[index], deviceId);
        foreach (var column in block.Columns)
        {
            (_columns[column.Quantity.Index] ??= Empty())[_first] = column.Values[index];
        }
    }

    /// <summary>The readings; null when there are none.</summary>
    public SeriesBlock? Build()
    {
        if (_first == _times.Length)
        {
            return null;
        }

        PageColumn[] columns = [.. QuantityRegistry.All.Where(q => _columns[q.Index] is not null).Select(q => new PageColumn(q, _columns[q.Index]!))];
        return new(new(_times, _sources, columns), _deviceIds, _first, _times.Length - 1);
    }

    private double[] Empty()
    {
        var column = new double[_times.Length];
        Array.Fill(column, double.NaN);
        return column;
    }
}
