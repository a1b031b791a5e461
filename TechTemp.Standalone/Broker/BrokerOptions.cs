using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace TechTemp.Standalone.Broker;

/// <summary>The embedded broker.</summary>
internal sealed class BrokerOptions
{
    public const string Section = "Broker";

    [Range(1, 65535, ErrorMessage = "Broker:Port (MQTT_PORT) must be a port from 1 to 65535.")]
    [Description("The port of Standalone's embedded MQTT broker. `MQTT_PORT` is the short form. With `Mqtt:Username` and `Mqtt:Password` set, clients must give them.")]
    public int Port { get; set; } = 1883;
}
