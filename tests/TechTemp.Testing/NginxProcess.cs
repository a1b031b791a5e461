using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Xunit;

namespace TechTemp.Testing;

/// <summary>A real nginx with TLS and HTTP/2 on a free port of 127.0.0.1, with a certificate that it has signed itself. Skips the test when the machine has none.</summary>
public sealed class NginxProcess : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private ChildProcess? _process;

    private NginxProcess()
    {
    }

    /// <summary>Its address.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"https://localhost:{Port}");

    private int Port { get; } = FreePort.Next();

    /// <summary>Starts one and waits until it answers.</summary>
    /// <param name="locations">The locations of its server, as in nginx.conf.</param>
    public static async Task<NginxProcess> StartAsync(string locations)
    {
        var program = Programs.Find("nginx");
        Assert.SkipUnless(program is not null, "nginx is not installed (Debian package nginx)");
        var nginx = new NginxProcess();
        try
        {
            nginx.CreateCertificate();
            var configuration = nginx._folder.File("nginx.conf");
            await File.WriteAllTextAsync(configuration, nginx.Configuration(locations));
            var process = nginx._process = new(program!, "-p", nginx._folder.Path, "-c", configuration);
            await Eventually.TrueAsync(
                async () =>
                {
                    Assert.False(process.HasExited, process.Describe());
                    return await nginx.AnswersAsync();
                },
                "nginx answers");
            return nginx;
        }
        catch
        {
            await nginx.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await (_process?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }

    // One process, which ends when it is killed; everything that it writes is in the folder.
    private string Configuration(string locations) =>
        $$"""
        daemon off;
        master_process off;
        pid nginx.pid;
        error_log stderr warn;
        events { worker_connections 256; }
        http {
          access_log off;
          client_body_temp_path body;
          proxy_temp_path proxy;
          fastcgi_temp_path fastcgi;
          uwsgi_temp_path uwsgi;
          scgi_temp_path scgi;
          map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
          server {
            listen 127.0.0.1:{{Port}} ssl http2;
            server_name localhost;
            ssl_certificate {{_folder.File("server.pem")}};
            ssl_certificate_key {{_folder.File("server.key")}};
            {{locations}}
          }
        }
        """;

    private void CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var server = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(7));
        File.WriteAllText(_folder.File("server.pem"), server.ExportCertificatePem());
        File.WriteAllText(_folder.File("server.key"), key.ExportPkcs8PrivateKeyPem());
    }

    private async Task<bool> AnswersAsync()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
