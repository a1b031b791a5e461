using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TechTemp.Compose.Tests;

/// <summary>
/// A real Mosquitto with the very files of infrastructure/mosquitto; only paths and ports are this machine's. Accounts:
/// ingest, api, sensors, living-room and kitchen, each with the password "secret-of-" and its name.
/// </summary>
internal sealed class Broker : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("techtemp-broker-").FullName;
    private Process? _process;

    private Broker()
    {
    }

    public int Port { get; } = FreePort.Next();

    public int TlsPort { get; } = FreePort.Next();

    /// <summary>The port of ingest and the API.</summary>
    public int InternalPort { get; } = FreePort.Next();

    /// <summary>The port of accounts that several share.</summary>
    public int SharedPort { get; } = FreePort.Next();

    public string Certificate => Path.Combine(_folder, "certificates", "fullchain.pem");

    /// <summary>Starts it.</summary>
    /// <param name="options">The optional files, such as <c>tls.conf</c>.</param>
    public static async Task<Broker> StartAsync(params string[] options)
    {
        var program = Find("mosquitto");
        Machine.Require(program is not null && Find("mosquitto_pub") is not null, "mosquitto and mosquitto_pub (Debian packages mosquitto, mosquitto-clients)");
        var broker = new Broker();
        try
        {
            await broker.ConfigureAsync(options);
            await broker.StartProcessAsync(program!);
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    public Task<Outcome> PublishAsync(string? user, string topic, string payload = "{}", string? password = null, string version = "mqttv5", int? port = null) =>
        Machine.RunAsync("mosquitto_pub", [.. Connection(user, password, port), "-V", version, "-q", "1", "-t", topic, "-s"], payload);

    /// <summary>Publishes with retain as a user, then asks as another what he can see.</summary>
    public async Task<string> SeenAsync(string? user, string filter, int? port = null)
    {
        var outcome = await Machine.RunAsync("mosquitto_sub", [.. Connection(user, null, port), "-V", "mqttv5", "-q", "1", "-t", filter, "-F", "%t", "-W", "1"]);
        // 27: the time is over.
        Assert.True(outcome.ExitCode is 27, outcome.ToString());
        return outcome.Output.Trim();
    }

    public Task<Outcome> RetainAsync(string user, string topic) =>
        Machine.RunAsync("mosquitto_pub", [.. Connection(user, null), "-V", "mqttv5", "-q", "1", "-r", "-t", topic, "-m", "{}"]);

    public IEnumerable<string> Connection(string? user, string? password, int? port = null) =>
        ["-h", "127.0.0.1", "-p", Text(port ?? Port), .. user is null ? Array.Empty<string>() : ["-u", user, "-P", password ?? $"secret-of-{user}"]];

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task ConfigureAsync(string[] options)
    {
        var conf = Directory.CreateDirectory(Path.Combine(_folder, "conf.d")).FullName;
        Directory.CreateDirectory(Path.GetDirectoryName(Certificate)!);
        foreach (var file in options.Append("mosquitto.conf"))
        {
            await File.WriteAllTextAsync(Path.Combine(conf, file), Here(await SourceAsync(file)));
        }

        WriteCertificate();
        await File.WriteAllTextAsync(Path.Combine(_folder, "access.acl"), await SourceAsync("access.acl"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "passwords"), "");
        foreach (var name in new[] { "ingest", "api", "sensors", "living-room", "kitchen" })
        {
            (await Machine.RunAsync("mosquitto_passwd", ["-b", Path.Combine(_folder, "passwords"), name, $"secret-of-{name}"])).Succeeded();
        }

        // As root it would become the user mosquitto, who may not read here.
        var root = Environment.UserName == "root" ? "user root\n" : "";
        await File.WriteAllTextAsync(Path.Combine(_folder, "mosquitto.conf"), root + Here(await SourceAsync("broker.conf")));
    }

    private async Task StartProcessAsync(string program)
    {
        _process = Process.Start(new ProcessStartInfo(program, ["-c", Path.Combine(_folder, "mosquitto.conf")]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Eventually.ResultAsync(() => Task.FromResult(Answers()), answers => answers, "mosquitto answers");
    }

    private bool Answers()
    {
        Assert.False(_process!.HasExited, "mosquitto does not take the configuration.");
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private string Here(string text)
    {
        var here = text
            .Replace("listener 1883", $"listener {Text(Port)} 127.0.0.1", StringComparison.Ordinal)
            .Replace("listener 1884", $"listener {Text(InternalPort)} 127.0.0.1", StringComparison.Ordinal)
            .Replace("listener 1885", $"listener {Text(SharedPort)} 127.0.0.1", StringComparison.Ordinal)
            .Replace("listener 8883", $"listener {Text(TlsPort)} 127.0.0.1", StringComparison.Ordinal)
            .Replace("/run/secrets/mosquitto_passwords", Path.Combine(_folder, "passwords"), StringComparison.Ordinal)
            .Replace("/mosquitto/config", _folder, StringComparison.Ordinal)
            .Replace("/mosquitto/certificates", Path.Combine(_folder, "certificates"), StringComparison.Ordinal)
            .Replace("/mosquitto/data", _folder, StringComparison.Ordinal);
        Assert.DoesNotContain("/mosquitto/", here.Replace(_folder, "", StringComparison.Ordinal).Replace("infrastructure/mosquitto/", "", StringComparison.Ordinal), StringComparison.Ordinal);
        return here;
    }

    private void WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        File.WriteAllText(Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "certificates", "privkey.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    private static Task<string> SourceAsync(string file) => File.ReadAllTextAsync(Repository.File("infrastructure", "mosquitto", file));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // Debian keeps mosquitto where only root's PATH looks.
    private static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin")
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
}
