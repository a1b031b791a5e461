using System.Buffers;
using System.IO.Hashing;
using System.IO.Pipelines;
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
    // Holds whatever is written, in memory that is used again.
    private static readonly PipeOptions s_unbounded = new(pauseWriterThreshold: 0, minimumSegmentSize: 16 * 1024, useSynchronizationContext: false);

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
        var buffer = new Pipe(s_unbounded);
        response.Body = buffer.Writer.AsStream(leaveOpen: true);
        context.Features.Set(new BufferedAnswer(body));
        try
        {
            await next(context);
        }
        finally
        {
            response.Body = body;
            await buffer.Writer.CompleteAsync();
        }

        try
        {
            if (context.Features.Get<BufferedAnswer>() is not null)
            {
                await AnswerAsync(context, (await buffer.Reader.ReadAsync(context.RequestAborted)).Buffer);
            }
        }
        finally
        {
            await buffer.Reader.CompleteAsync();
        }
    }

    private static async Task AnswerAsync(HttpContext context, ReadOnlySequence<byte> bytes)
    {
        var response = context.Response;
        if (response.StatusCode == StatusCodes.Status200OK)
        {
            var tag = TagOf(bytes);
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
        foreach (var part in bytes)
        {
            await response.BodyWriter.WriteAsync(part, context.RequestAborted);
        }
    }

    private static string TagOf(in ReadOnlySequence<byte> bytes)
    {
        var hash = new XxHash128();
        foreach (var part in bytes)
        {
            hash.Append(part.Span);
        }

        // Weak: the body may be compressed on its way, and then has other bytes (RFC 9110, section 8.8.3.3).
        return $"W/\"{Convert.ToHexStringLower(hash.GetCurrentHash())}\"";
    }

    private static bool IsKnown(HttpRequest request, string tag)
    {
        var own = EntityTagHeaderValue.Parse(tag);
        return request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(own, useStrongComparison: false) || known.Equals(EntityTagHeaderValue.Any));
    }

    /// <summary>Where an answer that is being buffered goes.</summary>
    private sealed record BufferedAnswer(Stream Body);
}

/// <summary>Marks an endpoint whose answer has no end, and so is written as it comes.</summary>
internal sealed class WithoutEntityTag;
