using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using TechTemp.Readings.Messages;

namespace TechTemp.Ingest.Mqtt;

/// <summary>The session that ingest keeps at the broker.</summary>
public sealed class MqttSessionOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Mqtt";

    /// <summary>
    /// The first part of the client id; the store's own random id is the rest. The session, and so the broker's queue, belongs to it.
    /// </summary>
    [Required(ErrorMessage = "Mqtt:ClientId must not be empty.")]
    [Description("The first part of ingest's client id, which owns the queue of readings at the broker. The store's own random id follows it. After a change the session before is emptied, then ended.")]
    public string ClientId { get; set; } = "techtemp-ingest";

    /// <summary>How long the broker keeps the session, and queues readings in it, while ingest is away; 1 minute to 100 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "100.00:00:00", ErrorMessage = "Mqtt:SessionExpiry must be from 00:01:00 to 100.00:00:00.")]
    [Description("How long the broker queues readings while ingest is away (`d.hh:mm:ss`).")]
    public TimeSpan SessionExpiry { get; set; } = TimeSpan.FromDays(7);

    /// <summary>The group of a shared subscription; null for subscriptions that divide the homes.</summary>
    [RegularExpression("[A-Za-z0-9_-]{1,50}", ErrorMessage = "Mqtt:SharedSubscription must be 1 to 50 of the characters A-Z, a-z, 0-9, _ and -.")]
    [Description("The group of a shared subscription (`$share/<group>/…`) that several workers (`Ingest:Worker`) use instead of dividing the homes. Only for brokers that keep shared subscriptions across a restart: Mosquitto loses them, and readings with them. The same for all workers.")]
    public string? SharedSubscription { get; set; }

    /// <summary>The filter of the shared subscription; null for none.</summary>
    internal string? SharedFilter => SharedSubscription is { Length: > 0 } group ? $"$share/{group}/{SensorTopic.AllReadings}" : null;
}
