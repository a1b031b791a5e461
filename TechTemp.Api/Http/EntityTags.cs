using System.IO.Hashing;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace TechTemp.Api.Http;

/// <summary>
/// Gives every answer to a GET or HEAD an ETag, the hash of its body, and answers 304 to a client that has that body already
/// (RFC 9110, section 13.1.2). Answers of the API are bounded, so they are buffered for it;
/// an endpoint whose answer is not is marked by <see cref="WithoutEntityTag"/>, and one of whose answers some are not says
/// <see cref="Skip"/>.
/// </summary>
internal sealed class EntityTags(RequestDelegate next)
{
    // A client that reads slowly must not have a large answer a second time in the server's memory.
    private const int MostAtOnce = 32 * 1024;

    /// <summary>This answer is written as it comes, without a tag. To be said before its first byte.</summary>
    public static void Skip(HttpContext context) => (context.Features.Get<IHttpResponseBodyFeature>() as BufferedAnswer)?.Skip(context);

    public Task InvokeAsync(HttpContext context)
    {
        var isRead = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        return isRead && context.Request.Path.StartsWithSegments("/api") && context.GetEndpoint()?.Metadata.GetMetadata<WithoutEntityTag>() is null
            ? TagAsync(context)
            : next(context);
    }

    private async Task TagAsync(HttpContext context)
    {
        var answer = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var buffered = new BufferedAnswer(answer);
        context.Features.Set<IHttpResponseBodyFeature>(buffered);
        try
        {
            await next(context);
        }
        finally
        {
            context.Features.Set(answer);
        }

        if (!buffered.IsSkipped)
        {
            await AnswerAsync(context, buffered.Written);
        }
    }

    private static async Task AnswerAsync(HttpContext context, ReadOnlyMemory<byte> bytes)
    {
        var response = context.Response;
        if (response.StatusCode == StatusCodes.Status200OK)
        {
            var tag = TagOf(bytes.Span);
            response.Headers.ETag = tag;
            response.Headers.CacheControl = "private, no-cache";
            response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
            if (context.Request.Headers.IfNoneMatch.Count > 0 && IsKnown(context.Request, tag))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                response.ContentType = null;
                return;
            }
        }

        // An answer without a body is not finished yet: the status code pages give it one.
        if (bytes.IsEmpty)
        {
            return;
        }

        response.ContentLength = bytes.Length;
        for (; bytes.Length > MostAtOnce; bytes = bytes[MostAtOnce..])
        {
            await response.BodyWriter.WriteAsync(bytes[..MostAtOnce], context.RequestAborted);
        }

        await response.BodyWriter.WriteAsync(bytes, context.RequestAborted);
    }

    // Weak: the body may be compressed on its way, and then has other bytes (RFC 9110, section 8.8.3.3).
    private static string TagOf(ReadOnlySpan<byte> bytes) => $"W/\"{XxHash128.HashToUInt128(bytes):x32}\"";

    private static bool IsKnown(HttpRequest request, string tag)
    {
        var own = EntityTagHeaderValue.Parse(tag);
        return request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(own, useStrongComparison: false) || known.Equals(EntityTagHeaderValue.Any));
    }
}

/// <summary>Marks an endpoint whose answer has no end, and so is written as it comes.</summary>
internal sealed class WithoutEntityTag;
