using MQTTnet.Packets;
using TechTemp.Data.Readings;
using TechTemp.ServiceDefaults.Mqtt;

namespace TechTemp.Ingest.Pipeline;

/// <summary>A message between its receipt and its acknowledgement.</summary>
/// <param name="Message">What was received.</param>
/// <param name="ReceivedTimestamp">When, by <see cref="TimeProvider.GetTimestamp"/>.</param>
/// <param name="Properties">Its MQTT 5 user properties, among which may be the sender's trace context (<see cref="MqttSpans"/>); read only when somebody traces.</param>
/// <param name="Acknowledge">Given the receipt, tells the sender that the message is on disk, or refused and kept. May throw when the sender is gone.</param>
/// <param name="Receipt">By what the sender knows the message.</param>
public readonly record struct PendingMessage(
    IncomingMessage Message, long ReceivedTimestamp, List<MqttUserProperty>? Properties, Func<object?, CancellationToken, Task> Acknowledge, object? Receipt = null);
