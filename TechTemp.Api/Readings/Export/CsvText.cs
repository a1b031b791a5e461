using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using TechTemp.Readings.Quantities;

namespace TechTemp.Api.Readings.Export;

/// <summary>
/// Writes rows of CSV (RFC 4180) as bytes into the answer, without an object for any of them. Its fields are numbers, times
/// and ids, of which none ever needs quotes.
/// </summary>
internal sealed class CsvText(PipeWriter output)
{
    private const int Room = 32 * 1024;

    // Two ids of at most 50 bytes, a time, and three numbers of at most 24 for each quantity.
    private const int LongestRow = 200 + (3 * 25 * QuantityRegistry.Count);
    private readonly UtcText _utc = new();
    private Memory<byte> _room = output.GetMemory(Room);
    private int _length;

    public CsvText Field(ReadOnlySpan<byte> text)
    {
        text.CopyTo(_room.Span[_length..]);
        _length += text.Length;
        _room.Span[_length++] = (byte)',';
        return this;
    }

    /// <summary>The header.</summary>
    public ValueTask RowAsync(string header, CancellationToken cancellationToken) => Field(Encoding.ASCII.GetBytes(header)).EndRowAsync(cancellationToken);

    /// <summary>A time, unix milliseconds UTC, as in JSON.</summary>
    public CsvText Time(long ts) => Field(_utc.Format(ts));

    /// <summary>A number, rounded; nothing where there is none.</summary>
    public CsvText Number(double? value, int decimals)
    {
        if (value is { } number)
        {
            var room = _room.Span[_length..];
            // Hundredths are not rounded by this.
            if (!NumberText.TryFormat(number, room, out var written))
            {
                Math.Round(number, decimals).TryFormat(room, out written, provider: CultureInfo.InvariantCulture);
            }

            _length += written;
        }

        _room.Span[_length++] = (byte)',';
        return this;
    }

    public CsvText Number(long value)
    {
        value.TryFormat(_room.Span[_length..], out var written, provider: CultureInfo.InvariantCulture);
        _length += written;
        _room.Span[_length++] = (byte)',';
        return this;
    }

    /// <summary>Ends the row, and sends what there is when there is no room for another one.</summary>
    public ValueTask EndRowAsync(CancellationToken cancellationToken)
    {
        _room.Span[_length - 1] = (byte)'\r';
        _room.Span[_length++] = (byte)'\n';
        return _length + LongestRow > _room.Length ? FlushAsync(cancellationToken) : ValueTask.CompletedTask;
    }

    /// <summary>Sends what there is, and waits while the client is slow.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        output.Advance(_length);
        await output.FlushAsync(cancellationToken);
        _room = output.GetMemory(Room);
        _length = 0;
    }
}
