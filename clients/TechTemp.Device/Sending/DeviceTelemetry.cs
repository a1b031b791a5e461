using System.Diagnostics;
using MQTTnet;
using MQTTnet.Protocol;
using TechTemp.ServiceDefaults.Mqtt;

namespace TechTemp.Clients.Device.Sending;

/// <summary>The spans of a device; listed in docs/telemetry.md. Each reading that is published begins a trace.</summary>
internal static class DeviceTelemetry
{
    private const string Template = "home/{home}/sensors/{device}/reading";

    private static readonly ActivitySource s_source = new("TechTemp.Device");

    /// <summary>Publishes a reading, with its trace context in the user properties where somebody listens.</summary>
    public static Task<MqttClientPublishResult> PublishReadingAsync(this IMqttClient client, MqttApplicationMessage message, CancellationToken cancellationToken) =>
        s_source.HasListeners() ? PublishTracedAsync(client, message, cancellationToken) : client.PublishAsync(message, cancellationToken);

    private static async Task<MqttClientPublishResult> PublishTracedAsync(IMqttClient client, MqttApplicationMessage message, CancellationToken cancellationToken)
    {
        using var span = MqttSpans.Start(s_source, MqttOperation.Publish, Template, message.Topic);
        message.UserProperties = MqttSpans.Properties(span);
        try
        {
            var result = await client.PublishAsync(message, cancellationToken);
            // The store acknowledges by itself, so a broker that keeps nothing for anybody is no error of this message.
            if (result.ReasonCode is not (MqttClientPublishReasonCode.Success or MqttClientPublishReasonCode.NoMatchingSubscribers))
            {
                span?.SetTag("error.type", result.ReasonCode.ToString()).SetStatus(ActivityStatusCode.Error);
            }

            return result;
        }
        catch (Exception e)
        {
            span?.SetTag("error.type", e.GetType().FullName).SetStatus(ActivityStatusCode.Error);
            throw;
        }
    }
}
