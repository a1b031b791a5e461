using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace TechTemp.Testing.Otlp;

/// <summary>A collector that accepts connections and never answers.</summary>
public sealed class HungCollector : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, FreePort.Next());
    private readonly List<Socket> _connections = [];
    private readonly Task _accepting;
    private int _count;

    /// <summary>Starts it.</summary>
    public HungCollector()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The settings of a program that exports to it.</summary>
    public (string Name, string Value)[] Settings =>
        OtlpCollector.SettingsFor(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/"));

    /// <summary>How many connections it has accepted.</summary>
    public int Connections => Volatile.Read(ref _count);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        _connections.ForEach(c => c.Dispose());
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(await _listener.AcceptSocketAsync());
                Interlocked.Increment(ref _count);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }
}
