namespace TechTemp.Integration.Tests.Hosts;

/// <summary>The health check for container images, which have no other client.</summary>
public sealed class HealthcheckModeTests(SharedStacks stacks)
{
    [Fact]
    public async Task A_healthy_host_gives_exit_code_0()
    {
        var stack = await stacks.OursAsync();

        Assert.Equal((0, """{"status":"ok"}"""), await CheckAsync("TechTemp.Ingest", stack.Ingest.Settings));
        Assert.Equal((0, """{"status":"ok"}"""), await CheckAsync("TechTemp.Api", stack.Api.Settings));
    }

    [Fact]
    public async Task A_degraded_host_gives_exit_code_0()
    {
        var stack = await stacks.ApiAsync();

        Assert.Equal((0, """{"status":"degraded","failed":["broker"]}"""), await CheckAsync("TechTemp.Api", stack.Api.Settings));
    }

    [Fact]
    public async Task A_host_that_cannot_do_its_work_gives_exit_code_1()
    {
        using var folder = new TempFolder();
        await using var api = HostProcess.Start("TechTemp.Api", new Dictionary<string, string> { ["MQTT_URL"] = "mqtt://127.0.0.1:1", ["DB_PATH"] = folder.File("techtemp.db") });
        await api.HealthAsync(health => health.Status == 503, "failed without store");

        Assert.Equal((1, """{"status":"failed","failed":["broker","store"]}"""), await CheckAsync("TechTemp.Api", api.Settings));
    }

    [Theory]
    [InlineData("TechTemp.Ingest")]
    [InlineData("TechTemp.Api")]
    public async Task No_host_gives_exit_code_1(string host)
    {
        await using var process = HostProcess.Start(host, new Dictionary<string, string>(), "--healthcheck");

        Assert.Equal(1, await process.ExitAsync());
        Assert.Single(process.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static async Task<(int ExitCode, string Output)> CheckAsync(string host, Dictionary<string, string> settings)
    {
        await using var process = HostProcess.Start(host, settings, "--healthcheck");
        return (await process.ExitAsync(), process.Output.TrimEnd());
    }
}
