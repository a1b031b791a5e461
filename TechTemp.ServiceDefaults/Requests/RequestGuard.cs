using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TechTemp.ServiceDefaults.Requests;

/// <summary>Refuses requests that web pages of other origins have a browser send: for a host name that is not ours, and those that would change something.</summary>
internal sealed partial class RequestGuard(RequestDelegate next, AllowedHosts hosts, TimeProvider time, ILogger<RequestGuard> logger)
{
    private const int LongestName = 100;

    // A page that tries again and again must not fill the log.
    private static readonly TimeSpan s_quiet = TimeSpan.FromMinutes(1);
    private long _nextLog;

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        return !hosts.Allows(request.Host) ? RefuseAsync(context, $"This server does not answer to the name {Short(request.Host.Host)}. Http:Hosts names those that it answers to.")
            : RequestOrigin.Writes(request) && RequestOrigin.IsForeign(request) ? RefuseAsync(context, $"A page of another origin ({Short(request.Headers.Origin.ToString())}) may not change anything here.")
            : next(context);
    }

    private Task RefuseAsync(HttpContext context, string reason)
    {
        var now = time.GetUtcNow().UtcTicks;
        var due = Interlocked.Read(ref _nextLog);
        if (now >= due && Interlocked.CompareExchange(ref _nextLog, now + s_quiet.Ticks, due) == due)
        {
            LogRefused(logger, context.Request.Method, context.Request.Path, reason);
        }

        return Refusal.WriteAsync(context, reason);
    }

    private static string Short(string text) => text.Length == 0 ? "unknown" : text.Length > LongestName ? text[..LongestName] + "…" : text;

    [LoggerMessage(100, LogLevel.Warning, "Refused {Method} {Path}: {Reason}")]
    private static partial void LogRefused(ILogger logger, string method, PathString path, string reason);
}
