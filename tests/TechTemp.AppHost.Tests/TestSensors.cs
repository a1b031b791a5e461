using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using MQTTnet;
using TechTemp.AppHost.Mosquitto;

namespace TechTemp.AppHost.Tests;

/// <summary>Sensors at the broker of a running model.</summary>
internal static class TestSensors
{
    /// <summary>Publishes a reading of each device, and returns when the broker has acknowledged all of them.</summary>
    /// <param name="application">The running model.</param>
    /// <param name="user">The account.</param>
    /// <param name="temperature">Of every reading, as JSON.</param>
    /// <param name="devices">The devices.</param>
    public static async Task PublishAsync(DistributedApplication application, string user, string temperature, params IEnumerable<(string Home, string Device)> devices)
    {
        var account = application.Services.GetRequiredService<DistributedApplicationModel>().Resources
            .OfType<MosquittoAccountResource>().Single(a => a.User == user);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        using var sensor = new MqttClientFactory().CreateMqttClient();
        await sensor.ConnectAsync(await account.CreateClientOptionsAsync(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        foreach (var (home, device) in devices)
        {
            await sensor.PublishStringAsync(
                $"home/{home}/sensors/{device}/reading",
                string.Create(CultureInfo.InvariantCulture, $$"""{"ts": {{now}}, "temperature_c": {{temperature}}, "humidity_pct": 50}"""),
                MQTTnet.Protocol.MqttQualityOfServiceLevel.AtLeastOnce,
                cancellationToken: TestContext.Current.CancellationToken);
        }
    }
}
