using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace TechTemp.ServiceDefaults.Health;

/// <summary>
/// The body of a health answer: <c>{"status":"ok"}</c>, or <c>{"status":"degraded"|"failed","failed":["broker"]}</c>
/// with the names of the checks that did not pass. No other detail: the route is open to everybody.
/// </summary>
internal static class HealthAnswer
{
    public static Task WriteAsync(HttpContext context, HealthReport report)
    {
        var status = report.Status switch
        {
            HealthStatus.Healthy => "ok",
            HealthStatus.Degraded => "degraded",
            _ => "failed",
        };
        var failed = report.Entries.Where(e => e.Value.Status != HealthStatus.Healthy).Select(e => e.Key).Order().ToList();
        return failed.Count == 0
            ? context.Response.WriteAsJsonAsync(new { status })
            : context.Response.WriteAsJsonAsync(new { status, failed });
    }
}
