using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

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
}
