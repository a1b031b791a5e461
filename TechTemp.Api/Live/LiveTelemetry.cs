using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using TechTemp.Readings.Messages;
using TechTemp.ServiceDefaults.Mqtt;

namespace TechTemp.Api.Live;

/// <summary>What the live stream tells about itself; listed in docs/telemetry.md.</summary>
internal sealed class LiveTelemetry
{
    public const string Name = "TechTemp.Api";

    private static readonly ActivitySource s_source = new(Name);

    private readonly UpDownCounter<int> _listeners;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _refused;

    public LiveTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _listeners = meter.CreateUpDownCounter<int>("techtemp.live.listeners", "{listener}", "Listeners of the live stream");
        _sent = meter.CreateCounter<long>("techtemp.live.sent", "{event}", "Events sent, to each listener counted");
        _dropped = meter.CreateCounter<long>("techtemp.live.dropped", "{listener}", "Listeners closed because they took nothing");
        _refused = meter.CreateCounter<long>("techtemp.live.refused", "{listener}", "Listeners refused because there were too many");
    }

    /// <summary>
    /// Starts the span of a state that becomes an event, in the trace that it came with: from a broker, or from the sink in this
    /// process, whose span is <see cref="Activity.Current"/>. Null when there is no trace or nobody listens.
    /// </summary>
    public static Activity? StartPush(string topic, in ActivityContext parent) =>
        !s_source.HasListeners() || (parent == default && Activity.Current is null)
            ? null
            : MqttSpans.Start(s_source, MqttOperation.Process, SensorTopic.StateTemplate, topic, parent);

    /// <summary>An event's data with the context of its span, for clients that go on with the trace: <c>{…,"traceparent":"00-…","tracestate":"…"}</c>.</summary>
    public static string Traced(string data, Activity span)
    {
        var state = string.IsNullOrEmpty(span.TraceStateString) ? "" : $",\"tracestate\":{JsonSerializer.Serialize(span.TraceStateString)}";
        return $"{data[..^1]},\"traceparent\":\"{span.Id}\"{state}}}";
    }

    public void Came() => _listeners.Add(1);

    public void Left() => _listeners.Add(-1);

    public void Sent(int events) => _sent.Add(events);

    public void Dropped() => _dropped.Add(1);

    public void Refused() => _refused.Add(1);
}
