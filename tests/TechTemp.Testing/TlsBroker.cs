using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Xunit;

namespace TechTemp.Testing;

/// <summary>
/// A Mosquitto with a listener for each scheme of an address, a certificate of an authority of its own, and one account; at
/// another listener, without an account, the test looks. Skips the test when the machine has no Mosquitto.
/// </summary>
public sealed class TlsBroker : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, int> _ports = new() { ["mqtts"] = FreePort.Next(), ["ws"] = FreePort.Next(), ["wss"] = FreePort.Next() };
    private readonly int _plainPort = FreePort.Next();
    private ChildProcess? _process;
    private ChildProcess? _subscriber;

    private TlsBroker()
    {
    }

    /// <summary>The address of MQTT over TLS.</summary>
    public string Url => UrlOf("mqtts");

    /// <summary>The authority that has signed its certificate.</summary>
    public string CaFile => _folder.File("ca.pem");

    /// <summary>A client that needs no account.</summary>
    public MosquittoClient Client => new(_plainPort);

    /// <summary>What was published.</summary>
    public string Received => _subscriber!.Output;

    /// <summary>Starts one with this account.</summary>
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
        await File.WriteAllTextAsync(configuration, broker.Configuration(accounts));
        broker._process = new(program!, "-c", configuration);
        foreach (var port in broker._ports.Values.Append(broker._plainPort))
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

    /// <summary>The address of a scheme: <c>mqtts</c>, <c>ws</c> or <c>wss</c>.</summary>
    public string UrlOf(string scheme) => string.Create(CultureInfo.InvariantCulture, $"{scheme}://localhost:{_ports[scheme]}");

    /// <summary>Lets it stand still, with its connections open, as a machine does that is cut off; and go on.</summary>
    public void Freeze(bool frozen) => _process!.Freeze(frozen);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var process in new[] { _subscriber, _process })
        {
            await (process?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        _folder.Dispose();
    }

    private string Configuration(string accounts)
    {
        var lines = new StringBuilder("per_listener_settings true\n");
        // As root it would become the user mosquitto, who may not read here.
        lines.Append(Environment.UserName == "root" ? "user root\n" : "");
        foreach (var (scheme, port) in _ports)
        {
            lines.Append(CultureInfo.InvariantCulture, $"listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {accounts}\n");
            lines.Append(scheme.StartsWith("ws", StringComparison.Ordinal) ? "protocol websockets\n" : "");
            lines.Append(scheme.EndsWith('s') && scheme != "ws" ? $"certfile {_folder.File("server.pem")}\nkeyfile {_folder.File("server.key")}\n" : "");
        }

        return lines.Append(CultureInfo.InvariantCulture, $"listener {_plainPort} 127.0.0.1\nallow_anonymous true\n").ToString();
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
