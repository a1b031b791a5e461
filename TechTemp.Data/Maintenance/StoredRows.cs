using System.Buffers;

namespace TechTemp.Data.Maintenance;

/// <summary>
/// Rows of one device as bytes, to compare them: a row that was removed and has come again with another value is another one. Only rows of the same store are
/// compared; how it writes a row down is the provider's choice, as long as two rows have the same bytes only when all their columns hold the same.
/// </summary>
public sealed class StoredRows
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly List<int> _starts = [];
    private readonly List<long> _times = [];

    /// <summary>How many there are.</summary>
    public int Count => _times.Count;

    /// <summary>The times of the rows, rising, unix milliseconds UTC.</summary>
    public IReadOnlyList<long> Times => _times;

    /// <summary>Adds a row.</summary>
    /// <param name="ts">Its time, unix milliseconds UTC.</param>
    /// <returns>Receives its bytes, before the next row is added.</returns>
    public IBufferWriter<byte> Add(long ts)
    {
        _starts.Add(_bytes.WrittenCount);
        _times.Add(ts);
        return _bytes;
    }

    /// <summary>Whether there is a row of a time.</summary>
    internal bool Has(long ts) => _times.BinarySearch(ts) >= 0;

    /// <summary>The index of the first row that is not earlier than a time.</summary>
    internal int IndexOf(long ts) => _times.BinarySearch(ts) is var found && found < 0 ? ~found : found;

    /// <summary>The bytes of some rows.</summary>
    /// <param name="first">The index of the first one.</param>
    /// <param name="beyond">The index after the last one.</param>
    internal ReadOnlyMemory<byte> From(int first, int beyond) => _bytes.WrittenMemory[Start(first)..Start(beyond)];

    private int Start(int index) => index < _starts.Count ? _starts[index] : _bytes.WrittenCount;
}
