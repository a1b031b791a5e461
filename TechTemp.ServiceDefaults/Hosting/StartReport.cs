using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace TechTemp.ServiceDefaults.Hosting;

/// <summary>Says at the start where to open the program, and who can reach it.</summary>
internal sealed partial class StartReport
{
    /// <summary>Reports when the host has started: its ports are known then.</summary>
    public static void AddTo(WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILogger<StartReport>>();
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            foreach (var address in app.Urls)
            {
                var (url, reach) = Describe(address, Environment.MachineName);
                LogListening(logger, url, reach);
            }
        });
    }

    /// <summary>The URL to open for an address that a host listens on, and who can reach it.</summary>
    internal static (string Url, string Reach) Describe(string address, string machine)
    {
        var binding = BindingAddress.Parse(address);
        if (binding.IsUnixPipe || binding.IsNamedPipe)
        {
            return (address, "this machine only");
        }

        var isIp = IPAddress.TryParse(binding.Host, out var ip);
        if (binding.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (isIp && IPAddress.IsLoopback(ip!)))
        {
            return ($"{binding.Scheme}://{binding.Host}:{binding.Port}", "this machine only");
        }

        // "*", "+", "[::]", "0.0.0.0" and names that Kestrel does not resolve mean every network.
        var isEvery = !isIp || ip!.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any);
        return isEvery
            ? ($"{binding.Scheme}://localhost:{binding.Port}, {binding.Scheme}://{machine}:{binding.Port}", "everybody on the network")
            : ($"{binding.Scheme}://{binding.Host}:{binding.Port}", $"everybody who reaches {binding.Host}");
    }

    [LoggerMessage(110, LogLevel.Information, "Open {Url} (reachable by {Reach})")]
    private static partial void LogListening(ILogger logger, string url, string reach);
}
