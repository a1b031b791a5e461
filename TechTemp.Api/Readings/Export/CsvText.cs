using System.IO.Pipelines;
using System.Text;

namespace TechTemp.Api.Readings.Export;

/// <summary>
/// Writes rows of CSV (RFC 4180) into the answer. Its fields are numbers, times and ids, of which none ever needs quotes.
/// </summary>
internal sealed class CsvText(PipeWriter output) : IDisposable
{
    private readonly RowText _text = new();

    /// <summary>Whether <see cref="FlushAsync"/> must be called before the next row.</summary>
    public bool IsFull => _text.IsFull;

    /// <summary>The header.</summary>
    public void Header(params IEnumerable<string> names) => Field(Encoding.ASCII.GetBytes(string.Join(',', names))).EndRow();

    public CsvText Field(ReadOnlySpan<byte> text)
    {
        _text.Add(text);
        _text.Add((byte)',');
        return this;
    }

    /// <summary>A time, unix milliseconds UTC, as in JSON.</summary>
    public CsvText Time(long ts)
    {
        _text.AddTime(ts);
        _text.Add((byte)',');
        return this;
    }

    /// <summary>A number, rounded; nothing where it is not a number.</summary>
    public CsvText Number(double value, int decimals)
    {
        if (!double.IsNaN(value))
        {
            _text.AddRounded(value, decimals);
        }

        _text.Add((byte)',');
        return this;
    }

    public CsvText Number(long value)
    {
        _text.AddNumber(value);
        _text.Add((byte)',');
        return this;
    }

    /// <summary>Ends the row.</summary>
    public void EndRow() => _text.ReplaceLast("\r\n"u8);

    /// <summary>Sends what there is, and waits while the client is slow.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await output.WriteAsync(_text.Written, cancellationToken);
        _text.Clear();
    }

    /// <inheritdoc />
    public void Dispose() => _text.Dispose();
}
