using System.Diagnostics;
using System.Text;
using MQTTnet.Packets;

namespace TechTemp.ServiceDefaults.Mqtt;

/// <summary>What is done with a message, by OpenTelemetry's conventions.</summary>
/// <param name="Name"><c>messaging.operation.name</c>: what MQTT calls it.</param>
/// <param name="Type"><c>messaging.operation.type</c>.</param>
/// <param name="Kind">The kind of its span.</param>
internal sealed record MqttOperation(string Name, string Type, ActivityKind Kind)
{
    /// <summary>From the PUBLISH to its acknowledgement.</summary>
    public static MqttOperation Publish { get; } = new("publish", "send", ActivityKind.Producer);

    /// <summary>From the receipt until work on it begins.</summary>
    public static MqttOperation Receive { get; } = new("receive", "receive", ActivityKind.Client);

    /// <summary>From the receipt until it is dealt with.</summary>
    public static MqttOperation Process { get; } = new("process", "process", ActivityKind.Consumer);

    /// <summary>The acknowledgement.</summary>
    public static MqttOperation Acknowledge { get; } = new("acknowledge", "settle", ActivityKind.Client);
}

/// <summary>
/// Spans of MQTT messages (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/), and the W3C trace context in
/// MQTT 5 user properties (https://w3c.github.io/trace-context-mqtt/, section "MQTT v5.0"). The device program compiles this file too.
/// </summary>
internal static class MqttSpans
{
    private const string TraceParent = "traceparent";
    private const string TraceState = "tracestate";

    /// <summary>Starts a span; null when nobody listens.</summary>
    /// <param name="source">The program's source.</param>
    /// <param name="operation">What is done.</param>
    /// <param name="template">The topic with its ids as placeholders, which keeps span names few.</param>
    /// <param name="topic">The topic; null when it is invalid, or there are several.</param>
    /// <param name="parent">The parent; default for <see cref="Activity.Current"/>.</param>
    /// <param name="links">Other spans that belong to it.</param>
    /// <param name="start">When it started; default for now.</param>
    public static Activity? Start(
        ActivitySource source,
        MqttOperation operation,
        string template,
        string? topic,
        in ActivityContext parent = default,
        IEnumerable<ActivityLink>? links = null,
        DateTimeOffset start = default)
    {
        if (!source.HasListeners())
        {
            return null;
        }

        var span = source.StartActivity(
            $"{operation.Name} {template}",
            operation.Kind,
            parent,
            [
                new("messaging.system", "mqtt"),
                new("messaging.operation.name", operation.Name),
                new("messaging.operation.type", operation.Type),
                new("messaging.destination.template", template),
            ],
            links,
            start);
        return topic is null ? span : span?.SetTag("messaging.destination.name", topic);
    }

    /// <summary>The user properties that carry a span's context; null when there is no span.</summary>
    public static List<MqttUserProperty>? Properties(Activity? span)
    {
        if (span is not { IdFormat: ActivityIdFormat.W3C, Id: { } id })
        {
            return null;
        }

        List<MqttUserProperty> properties = [new(TraceParent, Encoding.ASCII.GetBytes(id))];
        if (!string.IsNullOrEmpty(span.TraceStateString))
        {
            properties.Add(new(TraceState, Encoding.UTF8.GetBytes(span.TraceStateString)));
        }

        return properties;
    }

    /// <summary>The sender's context; default when there is none or it is malformed.</summary>
    public static ActivityContext Context(List<MqttUserProperty>? properties)
    {
        if (properties is null or [])
        {
            return default;
        }

        return ActivityContext.TryParse(Value(properties, TraceParent), Value(properties, TraceState), isRemote: true, out var context)
            ? context
            : default;
    }

    private static string? Value(List<MqttUserProperty> properties, string name)
    {
        foreach (var property in properties)
        {
            if (property.Name == name)
            {
                return Encoding.UTF8.GetString(property.ValueBuffer.Span);
            }
        }

        return null;
    }
}
