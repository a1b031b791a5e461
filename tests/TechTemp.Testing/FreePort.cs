using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace TechTemp.Testing;

/// <summary>
/// Ports that nobody listens on. They lie below the range that outgoing connections take theirs from (32768 and up on
/// Linux), so that none is taken between the choice and its use, and each is given out once: also to test projects that run side
/// by side, since a UDP socket of the same number, kept until this process ends, tells them so.
/// </summary>
public static class FreePort
{
    private const int First = 15_000;
    private const int Count = 17_000;

    private static readonly ConcurrentBag<Socket> s_given = [];

    // Each test project starts at another place.
#pragma warning disable CA5394
    private static int s_last = Random.Shared.Next(Count);
#pragma warning restore CA5394

    /// <summary>A port that is free at 127.0.0.1 and at ::1.</summary>
    public static int Next()
    {
        while (true)
        {
            var port = First + Interlocked.Increment(ref s_last) % Count;
            if (Claim(port) && IsFree(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || IsFree(IPAddress.IPv6Loopback, port)))
            {
                return port;
            }
        }
    }

    private static bool Claim(int port)
    {
        var claim = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            claim.Bind(new IPEndPoint(IPAddress.Loopback, port));
            s_given.Add(claim);
            return true;
        }
        catch (SocketException)
        {
            claim.Dispose();
            return false;
        }
    }

    private static bool IsFree(IPAddress address, int port)
    {
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.AddressNotAvailable;
        }
    }
}
