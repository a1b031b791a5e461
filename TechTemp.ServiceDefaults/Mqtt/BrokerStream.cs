using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using MQTTnet.Channel;

namespace TechTemp.ServiceDefaults.Mqtt;

/// <summary>
/// The bytes to and from the broker over TCP: reads ahead, and sends together what is written while a send is under way.
/// MQTTnet's own channel gives its socket buffers of 8 KiB. Such a window is smaller than a segment of the loopback
/// interface (64 KiB): it is closed most of the time, and a fast broker is down to what the kernel's timer lets pass, some
/// hundred messages every 200 ms. It also reads each packet by three system calls and sends each acknowledgement by one.
/// </summary>
internal sealed class BrokerStream : Stream
{
    private static readonly TimeSpan s_closingTime = TimeSpan.FromSeconds(1);

    private readonly Socket _socket;
    private readonly byte[] _ahead = new byte[64 * 1024];
    private readonly Pipe _outgoing = new();
    private readonly CancellationTokenSource _closing = new();
    private int _readAt, _readEnd;

    private BrokerStream(Socket socket)
    {
        _socket = socket;
        _ = SendAsync();
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Reads what is there. (A <see cref="BufferedStream"/> waits for all that is asked for, and TLS asks for more than comes.)</summary>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _readAt < _readEnd ? new(TakeUp(buffer.Span)) : ReceiveAsync(buffer, cancellationToken);

    /// <summary>Takes the bytes; that sending them failed is said by a later call. Waits only while much is unsent.</summary>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        await _outgoing.Writer.WriteAsync(buffer, cancellationToken);

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Closes the connection when what is written already, a DISCONNECT above all, has gone; in a second at most.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _closing.CancelAfter(s_closingTime);
            _outgoing.Writer.Complete();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        // Both now: a receive that is cancelled must not leave what was read before to be read again.
        _readAt = _readEnd = 0;
        _readEnd = await _socket.ReceiveAsync(_ahead, cancellationToken);
        return TakeUp(buffer.Span);
    }

    private int TakeUp(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _readEnd - _readAt);
        _ahead.AsSpan(_readAt, count).CopyTo(buffer);
        _readAt += count;
        return count;
    }

    private async Task SendAsync()
    {
        Exception? failure = null;
        try
        {
            while (await _outgoing.Reader.ReadAsync() is { Buffer.IsEmpty: false } written)
            {
                foreach (var part in written.Buffer)
                {
                    for (var rest = part; rest.Length > 0;)
                    {
                        rest = rest[await _socket.SendAsync(rest, _closing.Token)..];
                    }
                }

                _outgoing.Reader.AdvanceTo(written.Buffer.End);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            failure = new IOException("The connection to the broker is closed.", e);
        }

        await _outgoing.Reader.CompleteAsync(failure);
        // Whoever waits in a read learns it so.
        _socket.Dispose();
    }

    /// <summary>Opens such streams.</summary>
    internal sealed class Provider : IMqttClientStreamProvider
    {
        public async Task<Stream> ConnectAsync(EndPoint brokerEndPoint, CancellationToken cancellationToken)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(brokerEndPoint, cancellationToken);
                return new BrokerStream(socket);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }
}
