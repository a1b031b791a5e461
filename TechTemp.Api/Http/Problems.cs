using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using TechTemp.Api.Devices;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;

namespace TechTemp.Api.Http;

/// <summary>Answers that say what went wrong: RFC 9457, with the text repeated in <c>error</c> for older clients.</summary>
internal static class Problems
{
    public static ProblemHttpResult BadRequest(string detail, Dictionary<string, string[]>? errors = null) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status400BadRequest, extensions: errors is null ? null : new Dictionary<string, object?> { ["errors"] = errors });

    public static ProblemHttpResult NotFound(string detail) => TypedResults.Problem(detail, statusCode: StatusCodes.Status404NotFound);

    public static ProblemHttpResult Conflict(string detail) => TypedResults.Problem(detail, statusCode: StatusCodes.Status409Conflict);

    public static ProblemHttpResult NotAcceptable(string detail) => TypedResults.Problem(detail, statusCode: StatusCodes.Status406NotAcceptable);

    public static ProblemHttpResult Unavailable(string detail) => TypedResults.Problem(detail, statusCode: StatusCodes.Status503ServiceUnavailable);

    /// <summary>The answer of a route whose device is unknown.</summary>
    public static ProblemHttpResult NoDevice(string uid) => NotFound($"There is no device {uid}.");

    public static ProblemHttpResult NoRoom(string uid) => NotFound($"There is no room {uid}.");
}

/// <summary>Writes every problem as JSON, whatever the request says that it accepts.</summary>
internal sealed class ProblemWriter : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        var response = context.HttpContext.Response;
        problem.Status ??= response.StatusCode;
        if (problem.Status == StatusCodes.Status415UnsupportedMediaType && HttpMethods.IsPatch(context.HttpContext.Request.Method))
        {
            // RFC 5789, section 2.2.
            response.Headers["Accept-Patch"] = DevicePatchApi.ContentType;
        }

        // For its side effect: a type and title by the status, as problems have that come from a handler.
        _ = TypedResults.Problem(problem);
        problem.Title ??= ReasonPhrases.GetReasonPhrase(problem.Status.Value);
        problem.Extensions["error"] = problem.Detail ??= Describe(context.HttpContext.Request, problem.Status.Value) ?? problem.Title;
        return new(response.WriteAsJsonAsync(problem, options: null, contentType: "application/problem+json"));
    }

    // What routing refuses comes without words.
    private static string? Describe(HttpRequest request, int status) => status switch
    {
        StatusCodes.Status404NotFound => $"There is nothing at {request.Path}.",
        StatusCodes.Status405MethodNotAllowed => $"{request.Method} is not possible at {request.Path}.",
        StatusCodes.Status415UnsupportedMediaType when HttpMethods.IsPatch(request.Method) => $"The body must be a JSON merge patch, with Content-Type: {DevicePatchApi.ContentType}.",
        StatusCodes.Status415UnsupportedMediaType =>
            "The body must be JSON, with Content-Type: application/json; readings may also be application/x-ndjson or text/csv.",
        _ => null,
    };
}

/// <summary>Turns exceptions into problems: a request that cannot be read, a store that is away, and our own faults.</summary>
internal sealed partial class ApiExceptionHandler(IProblemDetailsService problems, ILogger<ApiExceptionHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var problem = Explain(exception);
        if (problem.Status >= StatusCodes.Status500InternalServerError)
        {
            LogFailed(logger, exception, httpContext.Request.Method, httpContext.Request.Path);
        }

        httpContext.Response.StatusCode = problem.Status!.Value;
        return await problems.TryWriteAsync(new() { HttpContext = httpContext, ProblemDetails = problem });
    }

    private static ProblemDetails Explain(Exception exception) => exception switch
    {
        BadHttpRequestException { InnerException: JsonException json } => Explain(json).ProblemDetails,
        BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } when exception.Message.Contains("body was", StringComparison.Ordinal) =>
            Problem(StatusCodes.Status400BadRequest, "A JSON body is required."),
        // Which one it must be is said where all that is refused for it is.
        BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType } => new() { Status = StatusCodes.Status415UnsupportedMediaType },
        BadHttpRequestException bad => Problem(bad.StatusCode, bad.Message),
        // What Kestrel throws for a chunk whose size is larger than any number that it reads.
        IOException { InnerException: OverflowException } => Problem(StatusCodes.Status400BadRequest, "The body cannot be read: the size of a chunk is not valid."),
        // What ReadFromJsonAsync throws for a Content-Type with a charset that .NET has no encoding for.
        InvalidOperationException when exception.Message.Contains("charset", StringComparison.Ordinal) =>
            Problem(StatusCodes.Status415UnsupportedMediaType, "The body must be JSON in UTF-8."),
        StoreException => Problem(StatusCodes.Status503ServiceUnavailable, "The store cannot be used at the moment. Nothing was changed; try again."),
        PageDamagedException damaged => Problem(StatusCodes.Status500InternalServerError, $"The store is damaged. {damaged.Message} Restore a backup, or remove the readings of that day."),
        _ => Problem(StatusCodes.Status500InternalServerError, "The server failed to answer this request. Nothing was changed."),
    };

    private static ProblemHttpResult Explain(JsonException exception)
    {
        // What the reader could not read at all comes wrapped; what is JSON, but not of this body's types, does not.
        if (exception.InnerException is JsonException || exception.Path is null or "$")
        {
            return Problems.BadRequest(exception.InnerException is JsonException ? "The body is not valid JSON." : "The body is not the JSON that is expected.");
        }

        var errors = new Errors();
        errors.Add(exception.Path[2..], exception.Message == QueryTime.Rule ? QueryTime.Rule : "is of the wrong type");
        return errors.ToProblem();
    }

    private static ProblemDetails Problem(int status, string detail) => new() { Status = status, Detail = detail };

    [LoggerMessage(30, LogLevel.Error, "{Method} {Path} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string method, PathString path);
}
