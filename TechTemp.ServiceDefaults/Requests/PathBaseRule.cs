using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using TechTemp.ServiceDefaults.Hosting;

namespace TechTemp.ServiceDefaults.Requests;

/// <summary>
/// Takes the path base, the proxy's (<c>X-Forwarded-Prefix</c>) or <c>Http:PathBase</c>, off a request's path. Some proxies take it off
/// themselves and some do not: links have it either way.
/// </summary>
internal sealed class PathBaseRule(RequestDelegate next, IOptions<HttpOptions> options)
{
    private readonly PathString _configured = new(options.Value.PathBase?.TrimEnd('/') is { Length: > 0 } path ? path : null);

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        var pathBase = request.PathBase.HasValue ? new(request.PathBase.Value.TrimEnd('/')) : _configured;
        request.PathBase = pathBase;
        if (pathBase.HasValue && request.Path.StartsWithSegments(pathBase, out var rest))
        {
            request.Path = rest.HasValue ? rest : "/";
        }

        return next(context);
    }
}
