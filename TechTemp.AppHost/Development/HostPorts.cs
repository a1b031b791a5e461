using System.Net;
using System.Net.Sockets;

namespace TechTemp.AppHost.Development;

/// <summary>The ports of a run on a developer's machine.</summary>
internal static class HostPorts
{
    /// <summary>
    /// The usual port of a host. In run mode only while nobody else listens there, else null, which lets Aspire choose a free one:
    /// behind a port of another program the health check and the dashboard would talk to that program, and report it as healthy.
    /// </summary>
    public static int? HostPort(this IDistributedApplicationBuilder builder, int port) =>
        builder.ExecutionContext.IsPublishMode || IsFree(port) ? port : null;

    private static bool IsFree(int port)
    {
        try
        {
            // Both addresses: "localhost" may be either.
            foreach (var address in new[] { IPAddress.Any, IPAddress.Loopback, IPAddress.IPv6Loopback })
            {
                using var listener = new TcpListener(address, port);
                listener.Start();
            }

            return true;
        }
        catch (SocketException e)
        {
            // A machine without IPv6.
            return e.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported;
        }
    }
}
