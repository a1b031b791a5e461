using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TechTemp.ServiceDefaults.Mqtt;

namespace TechTemp.Clients.Device.Settings;

/// <summary>Where the broker is, and who the device is to it.</summary>
public sealed class BrokerOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Mqtt";

    private static readonly string[] s_schemes = ["mqtt", "mqtts", "ws", "wss"];

    /// <summary>The broker.</summary>
    [Required(ErrorMessage = "Mqtt:Url (MQTT_URL) must name the broker.")]
    [Description("The broker: `mqtt`, `mqtts` (TLS), `ws` or `wss`. `MQTT_URL` is the short form.")]
    public string Url { get; set; } = "mqtt://localhost:1883";

    /// <summary>The user name; null for none, or for the one in <see cref="Url"/>.</summary>
    [Description("The user name, where the URL has none. `MQTT_USERNAME` is the short form.")]
    public string? Username { get; set; }

    /// <summary>The password. Never logged.</summary>
    [Description("The password, where the URL has none. `MQTT_PASSWORD` is the short form.")]
    public string? Password { get; set; }

    /// <summary>A file with the authorities that may have signed the broker's certificate; null for those of the machine.</summary>
    [Description("A PEM file with the authorities that the broker's certificate is trusted from, in place of the machine's own.")]
    public string? CaFile { get; set; }

    /// <summary>How often an idle connection is proved alive.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "Mqtt:KeepAlive must be from 00:00:01 to 01:00:00.")]
    [Description("How often an idle connection is proved alive. The broker says `offline` for a device that it has not heard of for one and a half times as long.")]
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.Host.Length == 0 || !s_schemes.Contains(url.Scheme))
        {
            yield return new("Mqtt:Url (MQTT_URL) must be like mqtt://host:1883, with the scheme mqtt, mqtts, ws or wss.", [nameof(Url)]);
        }
        else if (CaFile is not null && url.Scheme is not ("mqtts" or "wss"))
        {
            yield return new("Mqtt:CaFile needs a Mqtt:Url with the scheme mqtts or wss.", [nameof(CaFile)]);
        }

        if (HalfCredential.Explain(Url, Username, Password) is { } half)
        {
            yield return new(half, [nameof(Username), nameof(Password)]);
        }

        if (CaFile is not null && Trouble(CaFile) is { } trouble)
        {
            yield return new($"Mqtt:CaFile must be a PEM file with certificates: {trouble}", [nameof(CaFile)]);
        }
    }

    private static string? Trouble(string file)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPemFile(file);
            return certificates.Count > 0 ? null : $"'{file}' has none.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return e.Message;
        }
    }
}
