using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace TechTemp.ServiceDefaults.Hosting;

/// <summary>
/// The short forms that deployments of the Node.js server use (<c>MQTT_URL</c>, <c>DB_PATH</c>, …), read where no longer
/// form of the same setting is given.
/// </summary>
public static class Shorthand
{
    /// <summary>Each short form with the long form that it stands for.</summary>
    public static IReadOnlyDictionary<string, string> Names { get; } = new Dictionary<string, string>
    {
        ["MQTT_URL"] = "Mqtt:Url",
        ["MQTT_USERNAME"] = "Mqtt:Username",
        ["MQTT_PASSWORD"] = "Mqtt:Password",
        ["MQTT_PORT"] = "Broker:Port",
        ["API_URL"] = "Dashboard:ApiUrl",
        ["DB_PATH"] = "Store:Path",
        ["DB_URL"] = "ConnectionStrings:techtemp",
        ["DB_PASSWORD"] = "Store:Password",
        ["HTTP_PORT"] = "Http:Port",
        ["LOG_LEVEL"] = "Logging:LogLevel:Default",
    };

    /// <summary>Each switch of the command line with the setting that it stands for, and what it does.</summary>
    public static IReadOnlyDictionary<string, (string Key, string Description)> Switches { get; } = new Dictionary<string, (string, string)>
    {
        ["lan"] = ("Http:Lan", "Listens on every network instead of this machine alone."),
        ["demo"] = ("Demo:Enabled", "Adds simulated sensors, in a store of their own (data/demo.db)."),
    };

    internal static void AddShorthand(this WebApplicationBuilder builder)
    {
        var values = Names
            .Select(name => KeyValuePair.Create(name.Value, builder.Configuration[name.Key]))
            .Where(pair => !string.IsNullOrEmpty(pair.Value));
        // First, so that every other source of the long form comes before it.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = values.ToList() });
    }
}
