using System.Security.Cryptography.X509Certificates;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using TechTemp.Clients.Device.Settings;

namespace TechTemp.Clients.Device.Sending;

/// <summary>How a device connects: address, account, authorities, and the last will that says that it is gone.</summary>
internal static class BrokerConnection
{
    /// <summary>The options of a connection.</summary>
    public static MqttClientOptions Options(BrokerOptions broker, string clientId, string statusTopic)
    {
        var url = new Uri(broker.Url);
        var builder = new MqttClientOptionsBuilder()
            .WithProtocolVersion(MqttProtocolVersion.V500)
            // Without the user: a "%40" in it is taken apart below.
            .WithConnectionUri(new UriBuilder(url) { UserName = "", Password = "" }.Uri)
            .WithClientId(clientId)
            .WithKeepAlivePeriod(broker.KeepAlive)
            .WithWillTopic(statusTopic)
            .WithWillPayload(DeviceMessages.Offline)
            .WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
            .WithWillRetain();
        if (broker.CaFile is { } file)
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            builder = builder.WithTlsOptions(tls => tls
                .UseTls()
                .WithTargetHost(url.Host)
                .WithTrustChain(authorities)
                // An authority of one's own publishes no list of what it has revoked.
                .WithRevocationMode(X509RevocationMode.NoCheck));
        }

        var user = url.UserInfo.Split(':', 2);
        var name = user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : broker.Username;
        var password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : broker.Password;
        return (name is null ? builder : builder.WithCredentials(name, password)).Build();
    }

    /// <summary>The address for logs: no user, no password.</summary>
    public static string Describe(BrokerOptions broker) => new Uri(broker.Url).GetComponents(UriComponents.Scheme | UriComponents.HostAndPort, UriFormat.UriEscaped);
}
