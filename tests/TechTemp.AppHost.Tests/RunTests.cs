using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using TechTemp.AppHost.Development;
using TechTemp.AppHost.Mosquitto;

namespace TechTemp.AppHost.Tests;

/// <summary>The model run for real, where Aspire's orchestrator and a container engine are.</summary>
// One after the other: a container that starts ends the connections of a browser.
[Collection(nameof(RunningModel))]
public sealed class RunTests(RunningModel running)
{
    // An account may write as the sensor of its own name.
    private const string Device = "api";

    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_reading_that_goes_in_comes_out()
    {
        var application = await running.ApplicationAsync();
        await PublishAsync(application, "21.5");
        await Eventually.TrueAsync(
            async () => (await LatestAsync(application, Device))["data"]!.AsArray() is [var reading] && reading!["temperature"]!.GetValue<double>() == 21.5,
            "the API shows the reading", s_deadline);
    }

    [Fact]
    public async Task As_many_sensors_as_the_parameter_says_are_simulated()
    {
        var application = await running.ApplicationAsync();
        await Eventually.TrueAsync(
            async () => (await LatestAsync(application)).AsObject()["data"]!.AsArray()
                .Count(r => r!["device_id"]!.GetValue<string>().StartsWith("demo-", StringComparison.Ordinal)) == 6,
            "six simulated sensors have readings", s_deadline);
    }

    [Fact]
    public async Task The_broker_listens_on_a_port_that_nobody_else_has_and_its_log_is_not_an_error()
    {
        var application = await running.ApplicationAsync();
        var broker = application.Services.GetRequiredService<DistributedApplicationModel>().Resources.OfType<MosquittoResource>().Single();
        Assert.NotEqual(1883, broker.Endpoint.Port);
        var container = Assert.Single(await RunningModel.EngineAsync(
            "ps", "--quiet", "--filter", $"volume={LocalData.VolumeName(running.DataFolder, ResourceNames.MosquittoData)}"));
        // What it writes to standard error is not in this answer, and Aspire would show it in red.
        var log = await RunningModel.EngineAsync("logs", container);
        Assert.Contains(log, line => line.Contains("New client connected", StringComparison.Ordinal));
        Assert.DoesNotContain(log, line => line.Contains("Saving in-memory database", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_health_check_does_not_log_in_again_and_again()
    {
        var application = await running.ApplicationAsync();
        var container = Assert.Single(await RunningModel.EngineAsync(
            "ps", "--quiet", "--filter", $"volume={LocalData.VolumeName(running.DataFolder, ResourceNames.MosquittoData)}"));
        var check = application.Services.GetRequiredKeyedService<MosquittoHealthCheck>("mosquitto_connect");
        var before = await LoginsAsync();
        Assert.NotEqual(0, before);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HealthStatus.Healthy, (await check.CheckHealthAsync(new(), TestContext.Current.CancellationToken)).Status);
        }

        // What the broker wrote for another login would stand before what it writes for this one.
        await PublishAsync(application, "21.4");
        Assert.Equal(before, await LoginsAsync());

        async Task<int> LoginsAsync() => (await RunningModel.EngineAsync("logs", container))
            .Count(line => line.Contains("New client connected", StringComparison.Ordinal) && line.Contains("u'ingest'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_store_can_be_backed_up_from_Aspires_dashboard()
    {
        var application = await running.ApplicationAsync();
        var result = await application.ResourceCommands.ExecuteCommandAsync(ResourceNames.Ingest, "backup", TestContext.Current.CancellationToken);
        Assert.True(result.Success, result.Message);
        Assert.Single(Directory.GetFiles(Path.Combine(running.DataFolder, "backups")));
    }

    [Fact]
    public async Task A_burst_can_be_sent_from_Aspires_dashboard()
    {
        var application = await running.ApplicationAsync();
        var result = await application.ResourceCommands.ExecuteCommandAsync(ResourceNames.Simulator, "burst", TestContext.Current.CancellationToken);
        Assert.True(result.Success, result.Message);
        using var api = application.CreateHttpClient(ResourceNames.Api);
        await Eventually.TrueAsync(
            async () => JsonNode.Parse(await api.GetStringAsync(
                new Uri("/api/v1/devices/burst/readings?bucket=day", UriKind.Relative), TestContext.Current.CancellationToken))!["data"]!.AsArray()
                .Sum(day => day!["count"]!.GetValue<int>()) == 10_000,
            "every reading of the burst is stored", s_deadline);
    }

    [Fact]
    public async Task Rejected_messages_can_be_replayed_from_Aspires_dashboard()
    {
        var application = await running.ApplicationAsync();
        await PublishAsync(application, "\"warm\"");
        using var api = application.CreateHttpClient(ResourceNames.Api);
        await Eventually.TrueAsync(
            async () => (await api.GetStringAsync(new Uri("/api/v1/rejected", UriKind.Relative), TestContext.Current.CancellationToken)).Contains("warm", StringComparison.Ordinal),
            "the message is listed as rejected", s_deadline);
        var result = await application.ResourceCommands.ExecuteCommandAsync(ResourceNames.Api, "replay", TestContext.Current.CancellationToken);
        Assert.True(result.Success, result.Message);
        Assert.Equal("1 rejected.", result.Message);
    }

    private static async Task<JsonNode> LatestAsync(DistributedApplication application, string? device = null)
    {
        using var api = application.CreateHttpClient(ResourceNames.Api);
        return JsonNode.Parse(await api.GetStringAsync(
            new Uri($"/api/v1/readings/latest{(device is null ? "" : $"?deviceId={device}")}", UriKind.Relative), TestContext.Current.CancellationToken))!;
    }

    private static Task PublishAsync(DistributedApplication application, string temperature) =>
        TestSensors.PublishAsync(application, Device, temperature, ("apphost-test", Device));
}
