namespace TechTemp.Api.Readings;

/// <summary>
/// A body that is read row by row. It bounds what comes before a row has ended, and with it the memory that any body takes,
/// however long: an open quote makes all that follows one row of CSV.
/// </summary>
internal sealed class RowStream(Stream body) : Stream
{
    // With what readers read ahead: some kilobytes.
    private const int MaxRow = 64 * 1024;
    private int _row;
    private int _sinceRow;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>A row has been read.</summary>
    public void RowRead() => (_row, _sinceRow) = (_row + 1, 0);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_sinceRow > MaxRow)
        {
            throw new BadHttpRequestException($"Row {_row} is longer than 64 KiB. Rows before it may be stored already; send all of them again without it.");
        }

        var read = await body.ReadAsync(buffer, cancellationToken);
        _sinceRow += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
