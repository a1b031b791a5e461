using System.Buffers;
using System.Globalization;
using TechTemp.Readings.Quantities;

namespace TechTemp.Api.Readings;

/// <summary>
/// Text of many rows as UTF-8, collected in memory that is used again: no object is made for any of them. The caller checks
/// <see cref="IsFull"/> before it writes a row. Not thread-safe.
/// </summary>
internal sealed class RowText : IDisposable
{
    // A name, a separator and a number of at most 24 bytes, three times for each quantity; a time, a source and an id of at most 64 bytes.
    private const int LongestRow = 256 + (3 * 48 * QuantityRegistry.Count);
    private const int LongestNumber = 32;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(32 * 1024);
    private readonly UtcText _utc = new();
    private int _length;

    /// <summary>Whether the next row may have no room: what there is must be taken first.</summary>
    public bool IsFull => _length > _buffer.Length - LongestRow;

    /// <summary>What has been written since <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    /// <summary>Forgets what has been written.</summary>
    public void Clear() => _length = 0;

    /// <summary>Text.</summary>
    public void Add(ReadOnlySpan<byte> text)
    {
        text.CopyTo(_buffer.AsSpan(_length));
        _length += text.Length;
    }

    /// <summary>A character of ASCII.</summary>
    public void Add(byte character) => _buffer[_length++] = character;

    /// <summary>A time, unix milliseconds UTC.</summary>
    public void AddTime(long ts) => Add(_utc.Format(ts));

    /// <summary>A number in the fewest digits that say exactly it.</summary>
    public void AddNumber(double value)
    {
        var room = _buffer.AsSpan(_length, LongestNumber);
        if (!NumberText.TryFormat(value, room, out var length))
        {
            value.TryFormat(room, out length, provider: CultureInfo.InvariantCulture);
        }

        _length += length;
    }

    /// <summary>A number as JSON has it: null where it is not a number.</summary>
    public void AddNumberOrNull(double value)
    {
        if (double.IsNaN(value))
        {
            Add("null"u8);
        }
        else
        {
            AddNumber(value);
        }
    }

    /// <summary>A number, rounded. Hundredths stay as they are.</summary>
    public void AddRounded(double value, int decimals)
    {
        var room = _buffer.AsSpan(_length, LongestNumber);
        if (!NumberText.TryFormat(value, room, out var length))
        {
            Math.Round(value, decimals).TryFormat(room, out length, provider: CultureInfo.InvariantCulture);
        }

        _length += length;
    }

    /// <summary>Text in the place of the last character.</summary>
    public void ReplaceLast(ReadOnlySpan<byte> text)
    {
        _length--;
        Add(text);
    }

    /// <summary>A whole number.</summary>
    public void AddNumber(long value)
    {
        value.TryFormat(_buffer.AsSpan(_length), out var length, provider: CultureInfo.InvariantCulture);
        _length += length;
    }

    /// <inheritdoc />
    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);
}
