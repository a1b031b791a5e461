using System.Diagnostics;
using System.Text.Json;

namespace TechTemp.Dashboard.Live;

/// <summary>The spans of the dashboard; listed in docs/telemetry.md.</summary>
internal static class FeedTelemetry
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNameCaseInsensitive = true };

    private static readonly ActivitySource s_source = new("TechTemp.Dashboard");

    /// <summary>The trace context in an event's data; default when there is none, or when nobody listens.</summary>
    public static ActivityContext Context(ReadOnlySpan<byte> data)
    {
        if (!s_source.HasListeners() || JsonSerializer.Deserialize<Trace>(data, s_json) is not { TraceParent: { } parent } trace)
        {
            return default;
        }

        return ActivityContext.TryParse(parent, trace.TraceState, isRemote: true, out var context) ? context : default;
    }

    /// <summary>Starts the span of an update in the trace that its event belongs to; null when there is none.</summary>
    public static Activity? StartUpdate(in ActivityContext context, int subscriptions) => context == default
        ? null
        : s_source.StartActivity("update reading", ActivityKind.Consumer, context)?.SetTag("techtemp.dashboard.subscriptions", subscriptions);

    private sealed record Trace(string? TraceParent, string? TraceState);
}
