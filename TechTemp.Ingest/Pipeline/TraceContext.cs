using System.Diagnostics;
using System.Text;
using MQTTnet.Packets;

namespace TechTemp.Ingest.Pipeline;

/// <summary>
/// Reads the W3C trace context from MQTT 5 user properties
/// (https://w3c.github.io/trace-context-mqtt/, section "MQTT v5.0").
/// </summary>
public static class TraceContext
{
    /// <summary>The sender's context; default when there is none or it is malformed.</summary>
    public static ActivityContext From(List<MqttUserProperty>? properties)
    {
        if (properties is null or [])
        {
            return default;
        }

        return ActivityContext.TryParse(Value(properties, "traceparent"), Value(properties, "tracestate"), isRemote: true, out var context)
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
