using Microsoft.AspNetCore.Http;

namespace TechTemp.ServiceDefaults.Requests;

/// <summary>The answer to a request that is not even looked at: 403 with a problem (RFC 9457), in every host.</summary>
internal static class Refusal
{
    public static Task WriteAsync(HttpContext context, string reason) =>
        TypedResults.Problem(reason, statusCode: StatusCodes.Status403Forbidden, extensions: new Dictionary<string, object?> { ["error"] = reason }).ExecuteAsync(context);
}
