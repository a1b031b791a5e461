using Microsoft.Extensions.Options;
using TechTemp.Dashboard.Api;

namespace TechTemp.Dashboard.Rooms;

/// <summary>The command by which a newcomer sends a first reading, with the broker's real address.</summary>
public sealed class BrokerExample(IOptions<DashboardOptions> options)
{
    private const string Device = "sensor-01";

    /// <summary>The account that the command names; null where the broker wants none.</summary>
    public string? Username { get; } = options.Value.BrokerUsername is { Length: > 0 } name ? name : null;

    /// <summary>A line for a shell with Mosquitto's client.</summary>
    /// <param name="page">The page's address: without a setting the broker has the same name.</param>
    /// <param name="ts">When the reading was measured.</param>
    public string Command(Uri page, DateTimeOffset ts)
    {
        var host = options.Value.BrokerHost is { Length: > 0 } name ? name : page.IdnHost;
        var account = Username is null ? "" : $" -u {Quoted(Username)} -P PASSWORD";
        return $$"""mosquitto_pub -h {{Quoted(host)}} -p {{options.Value.BrokerPort}}{{account}} -q 1 -t home/my-home/sensors/{{Device}}/reading -m '{"ts": {{ts.ToUnixTimeMilliseconds()}}, "temperature_c": 21.0, "humidity_pct": 45}'""";
    }

    private static string Quoted(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ':') ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
