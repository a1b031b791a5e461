using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace TechTemp.ServiceDefaults.Hosting;

/// <summary>
/// Answers 400 to a request whose <c>Host</c> cannot be part of an address. Kestrel checks its characters only: <c>a..b</c>,
/// <c>localhost:99999</c> and <c>xn--</c> pass, and fail where a page makes an address of it.
/// </summary>
internal sealed class HostHeader : IStartupFilter
{
    // Of the last request that was let through: the next one mostly has the same, and making an address of it takes longer than all the rest here.
    private volatile string? _lastValid;

    /// <inheritdoc />
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(CheckAsync);
        next(app);
    };

    /// <summary>Whether a host, with or without a port, can stand in an address.</summary>
    internal static bool IsValid(HostString host)
    {
        try
        {
            return Uri.TryCreate($"http://{host.ToUriComponent()}/", UriKind.Absolute, out var uri)
                && (!uri.Host.Contains("xn--", StringComparison.OrdinalIgnoreCase) || new IdnMapping().GetUnicode(uri.Host).Length > 0);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private bool IsValid(HttpRequest request, string host)
    {
        if (host == _lastValid)
        {
            return true;
        }

        try
        {
            if (!IsValid(request.Host))
            {
                return false;
            }

            _lastValid = host;
            return true;
        }
        catch (ArgumentException)
        {
            // Where its "xn--" cannot be decoded, which is done when it is asked for.
            return false;
        }
    }

    private Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        var host = context.Request.Headers.Host.ToString();
        if (host.Length == 0)
        {
            // As HTTP/1.0 clients and some health probes send it: this server is meant.
            context.Request.Host = new("localhost");
        }
        else if (!IsValid(context.Request, host))
        {
            const string Detail = "The Host header of the request is not a valid host name.";
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return context.Response.WriteAsJsonAsync(
                new { type = "https://tools.ietf.org/html/rfc9110#section-15.5.1", title = "Bad Request", status = 400, detail = Detail, error = Detail },
                options: null,
                contentType: "application/problem+json");
        }

        return next(context);
    }
}
