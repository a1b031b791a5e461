using System.Runtime.InteropServices;

namespace TechTemp.Load;

/// <summary>The hosts, published into a folder of their own as the images have them (infrastructure/docker/Dockerfile).</summary>
internal sealed class PublishedHosts : IDisposable
{
    public const string Ingest = "TechTemp.Ingest";
    public const string Api = "TechTemp.Api";
    public const string Standalone = "TechTemp.Standalone";

    private readonly TempFolder _folder = new();

    private PublishedHosts()
    {
    }

    /// <summary>Publishes the three.</summary>
    /// <param name="quickly">What is built already, without compiling it for this processor.</param>
    public static async Task<PublishedHosts> PublishAsync(bool quickly)
    {
        var hosts = new PublishedHosts();
        foreach (var host in new[] { Ingest, Api, Standalone })
        {
            // Built apart: what is in the source tree was built otherwise.
            string[] how = quickly
                ? ["--no-build", "-c", Repository.Configuration]
                : ["-c", "Release", "-a", RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant(), "--no-self-contained", "-p:PublishReadyToRun=true", "--artifacts-path", hosts._folder.File("artifacts")];
            await using var publish = new ChildProcess(
                Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
                ["publish", Repository.File(host), .. how, "-p:UseAppHost=false", "-p:DebugType=none", "-nodeReuse:false", "-o", hosts._folder.File(host)]);
            if (await publish.ExitAsync(TimeSpan.FromMinutes(10)) != 0)
            {
                throw new InvalidOperationException(publish.Describe());
            }
        }

        return hosts;
    }

    /// <summary>What <see cref="HostProcess"/> starts.</summary>
    public string Program(string host) => _folder.File($"{host}/{host}.dll");

    /// <inheritdoc />
    public void Dispose() => _folder.Dispose();
}
