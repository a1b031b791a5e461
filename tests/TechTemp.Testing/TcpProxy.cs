using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace TechTemp.Testing;

/// <summary>A network between two programs that can be made bad while it is used.</summary>
public sealed class TcpProxy : IAsyncDisposable
{
    // Small, so that a throttled connection trickles.
    private const int ChunkBytes = 4_096;

    private readonly int _target;
    private readonly TcpListener _listener;
    private readonly ConcurrentDictionary<Socket, bool> _sockets = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private volatile TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _latencyTicks;
    private int _bytesPerSecond;

    /// <summary>Forwards to a port at 127.0.0.1.</summary>
    public TcpProxy(int target)
    {
        _target = target;
        _open.SetResult();
        _listener = new(IPAddress.Loopback, Port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Its port at 127.0.0.1.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>How much later everything arrives.</summary>
    public TimeSpan Latency
    {
        get => new(Interlocked.Read(ref _latencyTicks));
        set => Interlocked.Exchange(ref _latencyTicks, value.Ticks);
    }

    /// <summary>How much passes in a second and direction; 0 for as much as comes.</summary>
    public int BytesPerSecond
    {
        get => Volatile.Read(ref _bytesPerSecond);
        set => Volatile.Write(ref _bytesPerSecond, value);
    }

    /// <summary>Decides of everything that a client sends, part by part, before it passes; null: all passes. Called by several connections at once.</summary>
    public Func<ReadOnlyMemory<byte>, Passage>? Inspect { get; set; }

    /// <summary>Lets nothing pass and closes nothing: a cable that is pulled.</summary>
    public void Stall() => _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A good network again.</summary>
    public void Heal()
    {
        (Latency, BytesPerSecond) = (TimeSpan.Zero, 0);
        _open.TrySetResult();
    }

    /// <summary>Resets every connection.</summary>
    /// <returns>How many there were.</returns>
    public int Cut()
    {
        var sockets = _sockets.Keys.ToList();
        foreach (var socket in sockets)
        {
            // Without time to linger it is a reset.
            socket.Close(0);
        }

        return sockets.Count / 2;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        Cut();
        Heal();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stopping.Token);
                _ = ServeAsync(client);
            }
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            // The end.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        (_sockets[client], _sockets[server]) = (true, true);
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target);
            client.NoDelay = server.NoDelay = true;
            await Task.WhenAny(PumpAsync(client, server, part => Inspect?.Invoke(part) ?? Passage.Pass), PumpAsync(server, client, _ => Passage.Pass));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The target is away, or the connection was cut.
        }
        finally
        {
            _sockets.TryRemove(client, out _);
            _sockets.TryRemove(server, out _);
            client.Dispose();
            server.Dispose();
        }
    }

    private async Task PumpAsync(Socket from, Socket to, Func<ReadOnlyMemory<byte>, Passage> inspect)
    {
        var buffer = new byte[ChunkBytes];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                await _open.Task;
                var pause = Latency + (BytesPerSecond is > 0 and var rate ? TimeSpan.FromSeconds((double)count / rate) : TimeSpan.Zero);
                if (pause > TimeSpan.Zero)
                {
                    await Task.Delay(pause);
                }

                var passage = inspect(buffer.AsMemory(0, count));
                if (passage == Passage.CutBefore)
                {
                    to.Close(0);
                    from.Close(0);
                    return;
                }

                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
                }

                if (passage == Passage.CutAfter)
                {
                    from.Close(0);
                    // Not a reset: the server reads what it was sent before the end of the connection.
                    to.Shutdown(SocketShutdown.Send);
                    return;
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other end went, or the connection was cut.
        }
    }
}
