using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace TechTemp.ServiceDefaults.Mqtt;

/// <summary>Where the broker is, and who we are to it.</summary>
public sealed class MqttOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Mqtt";

    /// <summary>The broker: <c>mqtt</c>, <c>mqtts</c>, <c>ws</c> or <c>wss</c>, with or without user and password.</summary>
    [Required(ErrorMessage = "Mqtt:Url (MQTT_URL) must name the broker.")]
    [Description("The broker: `mqtt`, `mqtts`, `ws` or `wss`. `ConnectionStrings:mosquitto` comes first, `MQTT_URL` is the short form.")]
    public string Url { get; set; } = "mqtt://localhost:1883";

    /// <summary>The user name; null for none, or for the one in <see cref="Url"/>.</summary>
    [Description("The user name, where the URL has none. `MQTT_USERNAME` is the short form.")]
    public string? Username { get; set; }

    /// <summary>The password. Never logged.</summary>
    [Description("The password, where the URL has none. `MQTT_PASSWORD` is the short form.")]
    public string? Password { get; set; }

    /// <summary>How often an idle connection is proved alive, 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "Mqtt:KeepAlive must be from 00:00:01 to 01:00:00.")]
    [Description("How often an idle connection is proved alive.")]
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(15);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!BrokerAddress.TryParse(Url, out _))
        {
            yield return new("Mqtt:Url (MQTT_URL) must be like mqtt://host:1883, with the scheme mqtt, mqtts, ws or wss.", [nameof(Url)]);
        }
        else if (HalfCredential.Explain(Url, Username, Password) is { } half)
        {
            yield return new(half, [nameof(Username), nameof(Password)]);
        }
    }
}
