using System.Runtime.InteropServices;

namespace TechTemp.Load;

/// <summary>The hosts, published into a folder of their own as the images have them (infrastructure/docker/Dockerfile).</summary>
internal sealed class PublishedHosts : IDisposable
{
    public const string Ingest = "TechTemp.Ingest";
    public const string Api = "TechTemp.Api";
    public const string Standalone = "TechTemp.Standalone";

    private readonly TempFolder? _folder;

    private PublishedHosts(TempFolder? folder) => _folder = folder;

    /// <summary>Publishes the three.</summary>
    /// <param name="quickly">Nothing is published: what the tests start will do.</param>
    public static async Task<PublishedHosts> PublishAsync(bool quickly)
    {
        if (quickly)
        {
            return new(null);
        }

        var folder = new TempFolder();
        foreach (var host in new[] { Ingest, Api, Standalone })
        {
            // Built apart: what is in the source tree was built otherwise.
            await using var publish = new ChildProcess(
                Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
                ["publish", Repository.File(host), "-c", "Release", "-a", RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant(), "--no-self-contained",
                    "-p:PublishReadyToRun=true", "--artifacts-path", folder.File("artifacts"), "-p:UseAppHost=false", "-p:DebugType=none", "-nodeReuse:false", "-o", folder.File(host)]);
            if (await publish.ExitAsync(TimeSpan.FromMinutes(10)) != 0)
            {
                throw new InvalidOperationException(publish.Describe());
            }
        }

        return new(folder);
    }

    /// <summary>What <see cref="HostProcess"/> starts.</summary>
    public string Program(string host) => _folder?.File($"{host}/{host}.dll") ?? host;

    /// <inheritdoc />
    public void Dispose() => _folder?.Dispose();
}
