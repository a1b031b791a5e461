using System.Net.Security;
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
        if (url.Scheme is "mqtts" or "wss")
        {
            builder = builder.WithTlsOptions(tls => Trust(tls.UseTls(), broker.CaFile, url));
        }

        var user = url.UserInfo.Split(':', 2);
        var name = user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : broker.Username;
        var password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : broker.Password;
        return (name is null ? builder : builder.WithCredentials(name, password)).Build();
    }

    // An authority of one's own publishes no list of what it has revoked, and a house without the Internet reaches nobody's.
    private static void Trust(MqttClientTlsOptionsBuilder tls, string? caFile, Uri url)
    {
        tls.WithRevocationMode(X509RevocationMode.NoCheck);
        if (caFile is null)
        {
            return;
        }

        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(caFile);
        tls.WithTargetHost(url.Host).WithTrustChain(authorities);
        if (url.Scheme == "wss")
        {
            // MQTTnet 5.2 gives a WebSocket neither the authorities nor the host.
            tls.WithCertificateValidationHandler(presented => IsSignedBy(authorities, presented));
        }
    }

    private static bool IsSignedBy(X509Certificate2Collection authorities, MqttClientCertificateValidationEventArgs presented)
    {
        // Of what the machine has found only its own authorities are not what counts: the name must be right all the same.
        if ((presented.SslPolicyErrors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None || presented.Certificate is not X509Certificate2 certificate)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.ExtraStore.AddRange(presented.Chain.ChainPolicy.ExtraStore);
        // A certificate for a server: https://oidref.com/1.3.6.1.5.5.7.3.1
        chain.ChainPolicy.ApplicationPolicy.Add(new("1.3.6.1.5.5.7.3.1"));
        return chain.Build(certificate);
    }

    /// <summary>The address for logs: no user, no password.</summary>
    public static string Describe(BrokerOptions broker) => new Uri(broker.Url).GetComponents(UriComponents.Scheme | UriComponents.HostAndPort, UriFormat.UriEscaped);
}
