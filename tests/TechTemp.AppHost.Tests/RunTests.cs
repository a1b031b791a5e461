using System.Globalization;
using System.Reflection;
using MQTTnet;
using MQTTnet.Formatter;
using TechTemp.AppHost.Mosquitto;

namespace TechTemp.AppHost.Tests;

/// <summary>The model run for real, where Aspire's orchestrator and a container engine are.</summary>
public sealed class RunTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_reading_that_goes_in_comes_out()
    {
        var orchestrator = typeof(Projects.TechTemp_AppHost).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(a => a.Key.Equals("dcpclipath", StringComparison.OrdinalIgnoreCase))?.Value;
        Assert.SkipUnless(File.Exists(orchestrator), "Aspire's orchestrator is not here (package Aspire.Hosting.Orchestration)");
        Assert.SkipUnless(File.Exists("/var/run/docker.sock"), "no container engine answers at /var/run/docker.sock");

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(s_deadline);
        await using var model = await Model.RunModeAsync();
        await using var app = await model.BuildAsync(timeout.Token);
        await app.StartAsync(timeout.Token);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("api", timeout.Token);

        // Every account may write as the sensor of its own name.
        var account = (MosquittoAccountResource)model.Resources.Single(r => r.Name == "mosquitto-api");
        var device = account.User;
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var options = new MqttClientOptionsBuilder()
            .WithTcpServer(account.Parent.Endpoint.Host, account.Parent.Endpoint.Port)
            .WithProtocolVersion(MqttProtocolVersion.V500)
            .WithCredentials(account.User, await account.Password.GetValueAsync(timeout.Token) ?? "")
            .Build();
        using var sensor = new MqttClientFactory().CreateMqttClient();
        await sensor.ConnectAsync(options, timeout.Token);
        await sensor.PublishStringAsync(
            $"home/apphost-test/sensors/{device}/reading",
            string.Create(CultureInfo.InvariantCulture, $$"""{"ts": {{now}}, "temperature_c": 21.5, "humidity_pct": 50}"""),
            MQTTnet.Protocol.MqttQualityOfServiceLevel.AtLeastOnce,
            cancellationToken: timeout.Token);

        using var api = app.CreateHttpClient("api");
        while (!(await api.GetStringAsync(new Uri($"/api/v1/readings/latest?deviceId={device}", UriKind.Relative), timeout.Token)).Contains("21.5", StringComparison.Ordinal))
        {
            await Task.Delay(100, timeout.Token);
        }

        await app.StopAsync(timeout.Token);
    }
}
