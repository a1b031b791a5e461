using System.Buffers;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Sqlite.Pages;

/// <summary>A device's day of UTC as it was stored at one moment: whoever writes it later compares it with what is stored then.</summary>
/// <param name="deviceId">The store's key of the device.</param>
/// <param name="day">The day's start, unix milliseconds UTC.</param>
/// <param name="end">Rows before this time were read: the day's end, or an hour's where later rows are not to be sealed yet.</param>
internal sealed class StoredDay(int deviceId, long day, long end)
{
    public int DeviceId => deviceId;

    /// <summary>The day's start, unix milliseconds UTC.</summary>
    public long Day => day;

    /// <summary>The last moment of which rows were read.</summary>
    public long Last => end - 1;

    /// <summary>Whether all of the day was read.</summary>
    public bool IsWhole => end == day + PageKey.Day;

    /// <summary>Its pages that have readings, oldest first.</summary>
    public List<Page> Pages { get; } = [];

    /// <summary>Its readings that are rows, where these were read.</summary>
    public StoredRows Rows { get; } = new();

    /// <summary>The readings of both, oldest first.</summary>
    public PageReadings Readings { get; private set; } = null!;

    public StoredDay With(PageReadings readings)
    {
        Readings = readings;
        return this;
    }
}

/// <summary>Rows of one device, byte by byte: a row that was removed and has come again with another value is another one.</summary>
internal sealed class StoredRows
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly List<int> _starts = [];
    private readonly List<long> _times = [];

    public int Count => _times.Count;

    /// <summary>The times of the rows, rising, unix milliseconds UTC.</summary>
    public IReadOnlyList<long> Times => _times;

    /// <summary>Adds a row.</summary>
    /// <param name="row">A statement that stands on it, with the time as its first column.</param>
    public void Add(Statement row)
    {
        _starts.Add(_bytes.WrittenCount);
        _times.Add(row.Long(0));
        row.AppendTo(_bytes);
    }

    /// <summary>Whether there is a row of a time.</summary>
    public bool Has(long ts) => _times.BinarySearch(ts) >= 0;

    /// <summary>The index of the first row that is not earlier than a time.</summary>
    public int IndexOf(long ts) => _times.BinarySearch(ts) is var found && found < 0 ? ~found : found;

    /// <summary>The bytes of some rows.</summary>
    /// <param name="first">The index of the first one.</param>
    /// <param name="beyond">The index after the last one.</param>
    public ReadOnlySpan<byte> From(int first, int beyond) => _bytes.WrittenSpan[Start(first)..Start(beyond)];

    private int Start(int index) => index < _starts.Count ? _starts[index] : _bytes.WrittenCount;
}
