using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TechTemp.Clients.Device.Tests.Delivery;

/// <summary>A Mosquitto with TLS, a certificate of an authority of its own, and one account; a listener without TLS is for the test to look.</summary>
internal sealed class TlsBroker : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly int _port = FreePort.Next();
    private readonly int _plainPort = FreePort.Next();
    private ChildProcess? _process;
    private ChildProcess? _subscriber;

    private TlsBroker()
    {
    }

    public string Url => string.Create(CultureInfo.InvariantCulture, $"mqtts://localhost:{_port}");

    public string CaFile => _folder.File("ca.pem");

    /// <summary>What was published.</summary>
    public string Received => _subscriber!.Output;

    public static async Task<TlsBroker> StartAsync(string user, string password)
    {
        var program = Programs.Find("mosquitto");
        var passwords = Programs.Find("mosquitto_passwd");
        Assert.SkipUnless(program is not null && passwords is not null, "mosquitto is not installed (Debian package mosquitto)");
        var broker = new TlsBroker();
        broker.CreateCertificates();
        var accounts = broker._folder.File("accounts");
        await using (var make = new ChildProcess(passwords!, "-c", "-b", accounts, user, password))
        {
            Assert.True(await make.ExitAsync() == 0, make.Describe());
        }

        var configuration = broker._folder.File("mosquitto.conf");
        await File.WriteAllTextAsync(configuration, string.Create(CultureInfo.InvariantCulture, $"""
            per_listener_settings true
            {(Environment.UserName == "root" ? "user root" : "")}
            listener {broker._port} 127.0.0.1
            allow_anonymous false
            password_file {accounts}
            certfile {broker._folder.File("server.pem")}
            keyfile {broker._folder.File("server.key")}
            listener {broker._plainPort} 127.0.0.1
            allow_anonymous true
            """));
        broker._process = new(program!, "-c", configuration);
        foreach (var port in new[] { broker._port, broker._plainPort })
        {
            await Eventually.TrueAsync(() => AnswersAsync(port), "mosquitto answers");
        }

        broker._subscriber = new MosquittoClient(broker._plainPort).Subscribe("home/#");
        return broker;
    }

    /// <summary>Makes an authority that has signed nothing.</summary>
    /// <returns>Its file.</returns>
    public static string CreateAuthority(TempFolder folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = Authority(key);
        var file = folder.File("ca.pem");
        File.WriteAllText(file, authority.ExportCertificatePem());
        return file;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in new[] { _subscriber, _process })
        {
            await (process?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        _folder.Dispose();
    }

    private void CreateCertificates()
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = Authority(authorityKey);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=broker", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var server = request.Create(authority, now.AddDays(-1), now.AddDays(7), [1, 2, 3, 4]);
        File.WriteAllText(CaFile, authority.ExportCertificatePem());
        File.WriteAllText(_folder.File("server.pem"), server.ExportCertificatePem());
        File.WriteAllText(_folder.File("server.key"), key.ExportPkcs8PrivateKeyPem());
    }

    private static X509Certificate2 Authority(ECDsa key)
    {
        var request = new CertificateRequest("CN=a house's own", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-2), now.AddDays(30));
    }

    private static async Task<bool> AnswersAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
