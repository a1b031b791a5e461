using System.IO.Hashing;
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
    /// <summary>This answer is written as it comes, without a tag. To be said before its first byte.</summary>
    public static void Skip(HttpContext context)
    {
        if (context.Features.Get<BufferedAnswer>() is { } buffered)
        {
            context.Response.Body = buffered.Body;
            context.Features.Set<BufferedAnswer>(null);
        }
    }

    public async Task InvokeAsync(HttpContext context)
    {
        var isRead = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        if (!isRead || !context.Request.Path.StartsWithSegments("/api")
            || context.GetEndpoint()?.Metadata.GetMetadata<WithoutEntityTag>() is not null)
        {
            await next(context);
            return;
        }

        var response = context.Response;
        var body = response.Body;
        using var buffer = new MemoryStream();
        response.Body = buffer;
        context.Features.Set(new BufferedAnswer(body));
        try
        {
            await next(context);
        }
        finally
        {
            response.Body = body;
        }

        if (context.Features.Get<BufferedAnswer>() is null)
        {
            return;
        }

        var bytes = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        if (response.StatusCode == StatusCodes.Status200OK)
        {
            var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(XxHash128.Hash(bytes.Span))}\"");
            response.GetTypedHeaders().ETag = tag;
            response.Headers.CacheControl = "no-cache";
            if (context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false) || known.Equals(EntityTagHeaderValue.Any)))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                response.ContentType = null;
                return;
            }
        }

        // An answer without a body is not finished yet: the status code pages give it one.
        if (bytes.Length == 0)
        {
            return;
        }

        response.ContentLength = bytes.Length;
        await body.WriteAsync(bytes, context.RequestAborted);
    }

    /// <summary>Where an answer that is being buffered goes.</summary>
    private sealed record BufferedAnswer(Stream Body);
}

/// <summary>Marks an endpoint whose answer has no end, and so is written as it comes.</summary>
internal sealed class WithoutEntityTag;
