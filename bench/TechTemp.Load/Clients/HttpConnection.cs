using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace TechTemp.Load.Clients;

/// <summary>
/// One connection that asks the same question again and again (HTTP/1.1, RFC 9112), one at a time. It looks at no more of an
/// answer than where it ends: the processors are shared with the server that is measured.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 60_000 };
    private readonly byte[] _request;
    private readonly byte[] _buffer = new byte[256 * 1024];
    private int _start;
    private int _end;

    /// <summary>Connects.</summary>
    public HttpConnection(int port, string path)
    {
        _request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        _socket.Connect("127.0.0.1", port);
    }

    /// <summary>Asks once.</summary>
    /// <returns>How many bytes the body of the answer has.</returns>
    public int Ask()
    {
        _socket.Send(_request);
        var head = ReadHead();
        if (Length(head) is not { } length)
        {
            return SkipChunks();
        }

        Skip(length);
        return length;
    }

    /// <inheritdoc />
    public void Dispose() => _socket.Dispose();

    private ReadOnlySpan<byte> ReadHead()
    {
        var head = ReadTo("\r\n\r\n"u8);
        return head.StartsWith("HTTP/1.1 200"u8) ? head : throw new InvalidOperationException(Encoding.ASCII.GetString(head));
    }

    private static int? Length(ReadOnlySpan<byte> head)
    {
        var name = "\r\nContent-Length: "u8;
        var at = head.IndexOf(name);
        if (at < 0)
        {
            return null;
        }

        var value = head[(at + name.Length)..];
        var end = value.IndexOf((byte)'\r');
        return int.Parse(end < 0 ? value : value[..end], CultureInfo.InvariantCulture);
    }

    // Each chunk has its length before it, in hexadecimal; the last one is empty (section 7.1).
    private int SkipChunks()
    {
        for (var sum = 0; ;)
        {
            var length = int.Parse(ReadTo("\r\n"u8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            Skip(length + 2);
            if (length == 0)
            {
                return sum;
            }

            sum += length;
        }
    }

    private ReadOnlySpan<byte> ReadTo(ReadOnlySpan<byte> mark)
    {
        int at;
        while ((at = _buffer.AsSpan(_start.._end).IndexOf(mark)) < 0)
        {
            Receive();
        }

        var found = _buffer.AsSpan(_start, at);
        _start += at + mark.Length;
        return found;
    }

    private void Skip(int length)
    {
        while (length > _end - _start)
        {
            length -= _end - _start;
            _start = _end = 0;
            Receive();
        }

        _start += length;
    }

    private void Receive()
    {
        // What is left is the beginning of a line.
        if (_start > 0)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        var read = _socket.Receive(_buffer.AsSpan(_end));
        _end += read > 0 ? read : throw new InvalidOperationException("The server ended the connection.");
    }
}
