using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace TechTemp.Api.Readings.Export;

/// <summary>
/// Writes rows of CSV (RFC 4180) as bytes into the answer, without an object for any of them. Its fields are numbers, times
/// and ids, of which none ever needs quotes.
/// </summary>
internal sealed class CsvText(PipeWriter output)
{
    private const int Room = 32 * 1024;

    // Ten fields of at most 50 bytes: ids of 50, numbers of 24.
    private const int LongestRow = 1024;
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

    public CsvText Number(double value)
    {
        value.TryFormat(_room.Span[_length..], out var written, provider: CultureInfo.InvariantCulture);
        _length += written;
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
