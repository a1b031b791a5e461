using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using TechTemp.ServiceDefaults.Hosting;

namespace TechTemp.ServiceDefaults.Requests;

/// <summary>What happens to every request before a host sees it, and to every answer after: see decision 0017.</summary>
public static class RequestRules
{
    /// <summary>
    /// Adds the rules of other origins, host names, proxies, path base and compression. Configuration:
    /// <code>{ "Http": { "Hosts": "home.example.org", "PathBase": "/techtemp", "Proxies": "192.0.2.1" } }</code>
    /// </summary>
    public static WebApplicationBuilder AddRequestRules(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<HttpOptions>().BindConfiguration(HttpOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<AllowedHosts>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, Filter>());
        services.AddResponseCompression(compression =>
        {
            // No page holds a secret beside what a request says, which is what BREACH guesses by the length of an answer.
            compression.EnableForHttps = true;
            // Not text/event-stream, whose events must not wait, nor Parquet, which is compressed.
            compression.MimeTypes = ["application/json", "application/problem+json", "text/csv", "text/html", "text/plain"];
        });
        services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = System.IO.Compression.CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = System.IO.Compression.CompressionLevel.Fastest);
        return builder;
    }

    /// <summary>A path of this host as a client reaches it: behind the path base.</summary>
    /// <param name="request">The request.</param>
    /// <param name="path">The path in this host, beginning with a slash.</param>
    public static string PathTo(this HttpRequest request, string path) => request.PathBase.ToUriComponent() + path;

    // Before routing, which a host's own pipeline begins with.
    private sealed class Filter(IOptions<HttpOptions> options) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.UseMiddleware<AnswerHeaders>();
            if (Proxies() is { } forwarded)
            {
                // Both names are checked, the proxy's and the one that it passes on: a page can set X-Forwarded-Host, but not Host.
                app.Use(CheckHost);
                app.UseForwardedHeaders(forwarded);
            }

            app.UseMiddleware<RequestGuard>();
            app.UseMiddleware<PathBaseRule>();
            app.UseResponseCompression();
            next(app);
        };

        private ForwardedHeadersOptions? Proxies()
        {
            var proxies = HttpOptions.Split(options.Value.Proxies);
            if (proxies.Length == 0)
            {
                return null;
            }

            // As many hops as are known proxies.
            var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.All, ForwardLimit = null };
            forwarded.KnownIPNetworks.Clear();
            forwarded.KnownProxies.Clear();
            foreach (var proxy in proxies)
            {
                if (HttpOptions.TryParseNetwork(proxy, out var network))
                {
                    forwarded.KnownIPNetworks.Add(network);
                }
            }

            return forwarded;
        }

        private static Task CheckHost(HttpContext context, RequestDelegate next) =>
            context.RequestServices.GetRequiredService<AllowedHosts>().Allows(context.Request.Host)
                ? next(context)
                : Refusal.WriteAsync(context, "This server does not answer to the name in Host. Http:Hosts names those that it answers to.");
    }
}
