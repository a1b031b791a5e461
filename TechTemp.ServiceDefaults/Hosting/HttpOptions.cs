using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace TechTemp.ServiceDefaults.Hosting;

/// <summary>Where a host listens for HTTP. ASP.NET Core's own settings (<c>ASPNETCORE_URLS</c>, <c>HTTP_PORTS</c>) come first.</summary>
public sealed class HttpOptions
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
}

internal static class HttpListener
{
    public static void AddHttpListener(this WebApplicationBuilder builder, int defaultPort)
    {
        var configuration = builder.Configuration;
        builder.Services.AddOptions<HttpOptions>().BindConfiguration(HttpOptions.Section);
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
