using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace TechTemp.Standalone.Broker;

/// <summary>The embedded broker.</summary>
internal sealed class BrokerOptions
{
    public const string Section = "Broker";

    private const string SizeRule = "must be from 65536 (64 KiB) to 1073741824 (1 GiB) bytes.";

    [Range(1, 65535, ErrorMessage = "Broker:Port (MQTT_PORT) must be a port from 1 to 65535.")]
    [Description("The port of Standalone's embedded MQTT broker. `MQTT_PORT` is the short form. With `Mqtt:Username` and `Mqtt:Password` set, clients must give them.")]
    public int Port { get; set; } = 1883;

    [Range(1, 100_000, ErrorMessage = "Broker:MaxSessions must be from 1 to 100000.")]
    [Description("The most sessions of Standalone's broker, with those of clients that are away, and the most connections. A client beyond is refused.")]
    public int MaxSessions { get; set; } = 5_000;

    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00", ErrorMessage = "Broker:SessionExpiry must be from 1 second to 3650 days.")]
    [Description("The longest time for which Standalone's broker keeps the session of a client that is away. MQTT 5 clients are told when they ask for more.")]
    public TimeSpan SessionExpiry { get; set; } = TimeSpan.FromDays(7);

    [Range(65_536, 1_073_741_824, ErrorMessage = "Broker:SessionBytes " + SizeRule)]
    [Description("The most memory for the subscriptions and queued messages of one session of Standalone's broker, in bytes. Messages beyond are dropped and counted.")]
    public long SessionBytes { get; set; } = 4 * 1024 * 1024;

    [Range(65_536, 1_073_741_824, ErrorMessage = "Broker:QueuedBytes " + SizeRule)]
    [Description("The same for all sessions of Standalone's broker together, in bytes.")]
    public long QueuedBytes { get; set; } = 32 * 1024 * 1024;

    [Range(65_536, 1_073_741_824, ErrorMessage = "Broker:RetainedBytes " + SizeRule)]
    [Description("The most memory for the messages that clients of Standalone's broker retain, in bytes. What is beyond is delivered, but not retained, and counted. States of sensors do not count.")]
    public long RetainedBytes { get; set; } = 16 * 1024 * 1024;

    [Range(65_536, 1_073_741_824, ErrorMessage = "Broker:RetainedBytesPerClient " + SizeRule)]
    [Description("The same for the messages of one client, in bytes.")]
    public long RetainedBytesPerClient { get; set; } = 4 * 1024 * 1024;
}
