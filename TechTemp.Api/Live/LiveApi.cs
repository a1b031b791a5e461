using System.ComponentModel;
using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TechTemp.Api.Http;
using TechTemp.Api.OpenApi;

namespace TechTemp.Api.Live;

/// <summary>Readings as they come: server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).</summary>
internal static class LiveApi
{
    private const string ContentType = "text/event-stream";

    private const string Description =
        """
        Each event `reading` is a device's newest committed reading, in the form of `/api/v1/readings/latest`. It begins with the newest
        reading of each device, so that a page fills at once; then each change follows. What was sent is not repeated.

        After a lost connection a client sends `Last-Event-ID`, as `EventSource` does by itself, and gets what it missed. An id is of one run
        of one server: with any other id, and after more than `Live:KeptEvents` events, it gets the newest reading of each device instead.
        Who cannot keep up gets of each device the newest only, and is cut off when it takes nothing for `Live:SendTimeout`.

        A device that was deleted has no event, nor one that leaves the room asked for; one without a home is not in the stream. In a silence
        a comment is sent every 15 seconds (`Live:Heartbeat`). With too many listeners the answer is 503 with `Retry-After`.

        Where the server exports traces, the data of a change also has `traceparent`, and `tracestate` where there is one: the W3C trace context
        of the reading, for clients that continue its trace.
        """;

    private const string Example =
        """
        retry: 3000

        event: reading
        id: 7c4a8d09ca3762af-17
        data: {"device_id":"sensor-01","room_id":"salon","ts":"2025-09-10T20:54:45.793Z","temperature":21.02,"humidity":63.33}

        : heartbeat

        """;

    public static RouteGroupBuilder MapLive(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/readings").WithTags("Readings");

        group.MapGet("/stream", ListenAsync)
            .WithName("StreamReadings")
            .WithSummary("Readings as they are committed: server-sent events, without an end")
            .WithDescription(Description)
            .WithMetadata(new WithoutEntityTag())
            // Its requests last for hours, which says nothing about how fast the API answers.
            .DisableHttpMetrics()
            .Produces<string>(StatusCodes.Status200OK, ContentType)
            .WithTextExample(ContentType, Example);

        return group;
    }

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> ListenAsync(
        HttpContext context,
        LiveListeners listeners,
        [Description("Only this device")] string? deviceId,
        [Description("Only devices that stand in this room")] string? roomId,
        [FromHeader(Name = "Last-Event-ID"), Description("The id of the last event that came; only what followed it is sent")] string? lastEventId)
    {
        // As for its metrics: a span of hours is no use to anybody.
        if (Activity.Current is { } span)
        {
            span.IsAllDataRequested = false;
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }

        var headers = context.Response.Headers;
        headers.ContentType = ContentType;
        headers.CacheControl = "private, no-cache, no-transform";
        // nginx would keep events back until its buffer is full.
        headers["X-Accel-Buffering"] = "no";
        if (await listeners.TryServeAsync(context, e => (deviceId ?? e.DeviceUid) == e.DeviceUid && (roomId ?? e.State.Room) == e.State.Room, lastEventId))
        {
            return TypedResults.Empty;
        }

        headers.RetryAfter = "10";
        return Problems.Unavailable("Too many listen to the stream already. Try again later.");
    }
}
