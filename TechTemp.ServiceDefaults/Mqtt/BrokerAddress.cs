using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using MQTTnet;
using MQTTnet.Formatter;

namespace TechTemp.ServiceDefaults.Mqtt;

/// <summary>A broker's URL, taken apart: <c>mqtts://user:p%40ss@broker.example:8883</c>.</summary>
/// <param name="Uri">The URL.</param>
/// <param name="Tls">Whether the connection is encrypted.</param>
/// <param name="WebSocket">Whether it is a WebSocket.</param>
internal sealed record BrokerAddress(Uri Uri, bool Tls, bool WebSocket)
{
    private const int DefaultPort = 1883;
    private const int DefaultTlsPort = 8883;

    /// <summary>For logs: no user, no password.</summary>
    public override string ToString() => $"{Uri.Scheme}://{Uri.Host}:{Port}";

    public static bool TryParse(string? url, [NotNullWhen(true)] out BrokerAddress? address)
    {
        address = null;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            return false;
        }

        (bool Tls, bool WebSocket)? kind = uri.Scheme switch
        {
            "mqtt" or "tcp" => (false, false),
            "mqtts" or "ssl" => (true, false),
            "ws" => (false, true),
            "wss" => (true, true),
            _ => null,
        };
        address = kind is { } k ? new(uri, k.Tls, k.WebSocket) : null;
        return address is not null;
    }

    /// <summary>Options for a connection with this address and these credentials, in MQTT 5.</summary>
    public MqttClientOptionsBuilder CreateClientOptions(MqttOptions options)
    {
        var builder = new MqttClientOptionsBuilder().WithProtocolVersion(MqttProtocolVersion.V500).WithKeepAlivePeriod(options.KeepAlive);
        builder = WebSocket
            ? builder.WithWebSocketServer(socket => socket.WithUri(new UriBuilder(Uri) { UserName = "", Password = "" }.Uri.AbsoluteUri))
            : builder.WithTcpServer(Uri.Host, Port).WithStreamProvider(new BrokerStream.Provider());
        if (Tls)
        {
            // An authority of one's own, which the machine is told to trust, publishes no list of what it has revoked, and a
            // machine without the Internet reaches nobody's. MQTTnet would take both for an invalid certificate.
            builder = builder.WithTlsOptions(tls => tls.UseTls().WithRevocationMode(X509RevocationMode.NoCheck));
        }

        var user = Uri.UserInfo.Split(':', 2);
        var name = user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : options.Username;
        var password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : options.Password;
        return name is null ? builder : builder.WithCredentials(name, password);
    }

    private int Port => Uri.Port > 0 ? Uri.Port : Tls ? DefaultTlsPort : DefaultPort;
}
