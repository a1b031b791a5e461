using Microsoft.AspNetCore.Mvc;
using TechTemp.Data.Store;

namespace TechTemp.Api.Http;

/// <summary>Answers 503 on the routes of the API until ingest, which owns the schema, has made it current.</summary>
internal sealed class StoreGate(RequestDelegate next, StoreState store, IProblemDetailsService problems)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (store.IsReady || !context.Request.Path.StartsWithSegments("/api"))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.RetryAfter = "1";
        var problem = new ProblemDetails { Detail = "The store is not ready yet: ingest has not created or updated it." };
        return problems.WriteAsync(new() { HttpContext = context, ProblemDetails = problem }).AsTask();
    }
}
