using System.Net;
using System.Net.Sockets;
using TechTemp.ServiceDefaults.Hosting;

namespace TechTemp.Standalone.Broker.Connections;

/// <summary>The port on which clients connect over TCP, on this machine alone or on every network.</summary>
internal sealed class TcpEndpoint(int port, bool lan) : IDisposable
{
    private const int Backlog = 512;

    // A client without keep alive that is gone is noticed by TCP.
    private const int KeepAliveSeconds = 60;
    private const int ProbeSeconds = 10;
    private const int Probes = 3;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly List<Socket> _listeners = [];

    /// <summary>Opens the port.</summary>
    /// <exception cref="StartException">It cannot be opened.</exception>
    public void Open()
    {
        try
        {
            Listen(lan ? IPAddress.Any : IPAddress.Loopback);
            if (Socket.OSSupportsIPv6)
            {
                Listen(lan ? IPAddress.IPv6Any : IPAddress.IPv6Loopback);
            }
        }
        // A machine may have IPv6 in its kernel and not on its interfaces.
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported && _listeners.Count > 0)
        {
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new StartException($"The MQTT port {port} is in use by another program. Stop it or choose another port with MQTT_PORT.", e);
        }
        catch (SocketException e)
        {
            throw new StartException($"The MQTT port {port} cannot be opened: {e.Message}. Choose another one with MQTT_PORT.", e);
        }
    }

    /// <summary>Accepts connections until it is cancelled.</summary>
    /// <param name="accept">Takes each one; it must not wait.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task AcceptAsync(Action<Stream, EndPoint> accept, CancellationToken cancellationToken) =>
        Task.WhenAll(_listeners.Select(listener => AcceptAsync(listener, accept, cancellationToken)));

    public void Dispose() => _listeners.ForEach(listener => listener.Dispose());

    private static async Task AcceptAsync(Socket listener, Action<Stream, EndPoint> accept, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            Socket? socket = null;
            try
            {
                socket = await listener.AcceptAsync(cancellationToken);
                socket.NoDelay = true;
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, ProbeSeconds);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
                accept(new NetworkStream(socket, ownsSocket: true), socket.RemoteEndPoint!);
            }
            catch (SocketException)
            {
                socket?.Dispose();
                // The client has left already, or the process has no more handles: those that it has are given back in time.
                await Task.Delay(s_pause, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Listen(IPAddress address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = false;
            }

            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(Backlog);
            _listeners.Add(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
