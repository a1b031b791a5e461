using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace TechTemp.Api.Http;

/// <summary>The body of an answer, held back until all of it is there, in one piece of memory that is used again. Not thread-safe.</summary>
/// <param name="answer">Where it goes.</param>
internal sealed class BufferedAnswer(IHttpResponseBodyFeature answer) : PipeWriter, IHttpResponseBodyFeature, IDisposable
{
    // Most answers are shorter.
    private const int FewestBytes = 16 * 1024;

    private byte[] _buffer = [];
    private int _length;
    private int _flushed;
    private Stream? _stream;

    /// <summary>Whether it is not held back any more.</summary>
    public bool IsSkipped { get; private set; }

    /// <summary>What has been written.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    /// <inheritdoc />
    public PipeWriter Writer => this;

    /// <inheritdoc />
    public Stream Stream => _stream ??= AsStream(leaveOpen: true);

    /// <inheritdoc />
    public override bool CanGetUnflushedBytes => true;

    /// <inheritdoc />
    public override long UnflushedBytes => _length - _flushed;

    /// <summary>What is written from now on goes where the answer goes. To be said before the first byte.</summary>
    public void Skip(HttpContext context)
    {
        IsSkipped = true;
        context.Features.Set(answer);
    }

    /// <inheritdoc />
    public override void Advance(int bytes) => _length += bytes;

    /// <inheritdoc />
    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _buffer.AsMemory(_length);
    }

    /// <inheritdoc />
    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _buffer.AsSpan(_length);
    }

    /// <inheritdoc />
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        _flushed = _length;
        return default;
    }

    /// <inheritdoc />
    public override void CancelPendingFlush()
    {
    }

    /// <inheritdoc />
    public override void Complete(Exception? exception = null)
    {
    }

    /// <inheritdoc />
    public void DisableBuffering()
    {
    }

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    /// <inheritdoc />
    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    /// <inheritdoc />
    public Task CompleteAsync() => Task.CompletedTask;

    /// <inheritdoc />
    public void Dispose() => Replace([]);

    private void MakeRoom(int sizeHint)
    {
        var needed = _length + Math.Max(sizeHint, 1);
        if (needed > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Max(2 * _buffer.Length, FewestBytes)));
            Written.CopyTo(larger);
            Replace(larger);
        }
    }

    private void Replace(byte[] buffer)
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = buffer;
    }
}
