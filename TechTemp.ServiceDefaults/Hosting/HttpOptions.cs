using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;

namespace TechTemp.ServiceDefaults.Hosting;

/// <summary>
/// Where a host listens for HTTP, and as what it is reached. ASP.NET Core's own settings of addresses (<c>ASPNETCORE_URLS</c>,
/// <c>HTTP_PORTS</c>) come before <see cref="Port"/> and <see cref="Lan"/>.
/// </summary>
public sealed class HttpOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Http";

    /// <summary>The port, 1 to 65535; null for the host's default.</summary>
    [Range(1, 65535, ErrorMessage = "Http:Port (HTTP_PORT) must be a port from 1 to 65535.")]
    [Description("The HTTP port. Default: 3000 for the API and Standalone, 3001 for ingest, 3002 for the dashboard. `HTTP_PORT` is the short form.")]
    public int? Port { get; set; }

    /// <summary>Whether to listen on every network instead of this machine alone.</summary>
    [Description("Listen on every network instead of this machine alone (`--lan`).")]
    public bool Lan { get; set; }

    /// <summary>Host names that requests may ask for, separated by spaces or commas.</summary>
    [Description("More names that the server answers to, separated by spaces or commas: `home.example.org`, `*.example.org`, or `*` for any. It always answers to `localhost`; on a network also to IP addresses, the machine's name and that name with `.local`.")]
    public string? Hosts { get; set; }

    /// <summary>The path under which the host is reached, without a slash at its end.</summary>
    [Description("The path under which the server is reached, such as `/techtemp`, where a proxy serves other things beside it.")]
    public string? PathBase { get; set; }

    /// <summary>Reverse proxies, as addresses or networks, separated by spaces or commas.</summary>
    [Description("Addresses or networks (`172.16.0.0/12`) of the reverse proxies whose `X-Forwarded-For`, `-Proto`, `-Host` and `-Prefix` are believed, separated by spaces or commas.")]
    public string? Proxies { get; set; }

    /// <summary>The parts of a list.</summary>
    internal static string[] Split(string? list) => list?.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>An address, as a network of itself alone, or a network.</summary>
    internal static bool TryParseNetwork(string text, out IPNetwork network)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            network = new(address, address.GetAddressBytes().Length * 8);
            return true;
        }

        return IPNetwork.TryParse(text, out network);
    }

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var host in Split(Hosts).Where(h => h != "*" && Uri.CheckHostName(h.StartsWith("*.", StringComparison.Ordinal) ? h[2..] : h) == UriHostNameType.Unknown))
        {
            yield return new($"Http:Hosts must be names like home.example.org, without scheme and port; '{host}' is not one.", [nameof(Hosts)]);
        }

        foreach (var proxy in Split(Proxies).Where(p => !TryParseNetwork(p, out _)))
        {
            yield return new($"Http:Proxies must be IP addresses or networks like 172.16.0.0/12; '{proxy}' is not one.", [nameof(Proxies)]);
        }

        if (!string.IsNullOrEmpty(PathBase) && (PathBase[0] != '/' || !Uri.TryCreate($"http://any{PathBase}", UriKind.Absolute, out var uri) || uri.AbsolutePath != PathBase || PathBase.Contains("//", StringComparison.Ordinal)))
        {
            yield return new($"Http:PathBase must be a path like /techtemp; '{PathBase}' is not one.", [nameof(PathBase)]);
        }
    }
}

internal static class HttpListener
{
    public static void AddHttpListener(this WebApplicationBuilder builder, int defaultPort)
    {
        var configuration = builder.Configuration;
        if (configuration["urls"] is not null || configuration["http_ports"] is not null || configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            return;
        }

        var options = configuration.GetSection(HttpOptions.Section).Get<HttpOptions>() ?? new();
        var failures = new List<ValidationResult>();
        if (!Validator.TryValidateObject(options, new(options), failures, validateAllProperties: true))
        {
            throw new StartException(string.Join(" ", failures.Select(f => f.ErrorMessage)));
        }

        builder.WebHost.UseUrls($"http://{(options.Lan ? "*" : "localhost")}:{options.Port ?? defaultPort}");
    }
}
