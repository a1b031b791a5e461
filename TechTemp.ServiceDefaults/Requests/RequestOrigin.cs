using Microsoft.AspNetCore.Http;

namespace TechTemp.ServiceDefaults.Requests;

/// <summary>
/// Tells requests of our own pages and of programs from those that a browser sends for a page of another origin: such a page cannot read
/// the answer, but what it asks for would be done.
/// </summary>
internal static class RequestOrigin
{
    private const string FetchSite = "Sec-Fetch-Site";

    /// <summary>
    /// Whether a request may change something: it has a method that is not safe (RFC 9110, section 9.2.1), or it opens a WebSocket,
    /// which no CORS protects, by upgrade or by CONNECT (RFC 8441).
    /// </summary>
    public static bool Writes(HttpRequest request)
    {
        var method = request.Method;
        var isSafe = HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);
        return !isSafe || (request.Headers.Upgrade is { Count: > 0 } upgrade && upgrade.Any(protocol => protocol?.Contains("websocket", StringComparison.OrdinalIgnoreCase) == true));
    }

    /// <summary>
    /// Whether a browser sent the request for a page of another origin. Browsers say so in <c>Sec-Fetch-Site</c> (Fetch Metadata, section 2.3),
    /// but only to localhost and over TLS; <c>Origin</c> they send with every such request. Programs send neither.
    /// </summary>
    public static bool IsForeign(HttpRequest request)
    {
        var site = request.Headers[FetchSite];
        var origin = request.Headers.Origin;
        return (site.Count > 0 && site != "same-origin" && site != "none") || (origin.Count > 0 && !IsOwn(origin.ToString(), request.Host));
    }

    // The scheme is not compared: a proxy that ends TLS, and is not among Http:Proxies, hides it from us.
    private static bool IsOwn(string text, HostString host) =>
        Uri.TryCreate(text, UriKind.Absolute, out var origin)
        && origin.Scheme is "http" or "https"
        && origin.Host.Equals(host.Host, StringComparison.OrdinalIgnoreCase)
        && (host.Port is { } port ? origin.Port == port : origin.IsDefaultPort);
}
