using System.Diagnostics;

namespace TechTemp.Compose.Tests;

/// <summary>The real compose file, run for real.</summary>
// One stack after the other: the machine of the gate has two processors.
[Collection(nameof(ComposeStack))]
public sealed class ComposeRunTests(ComposeStack stack) : IClassFixture<ComposeStack>, IAsyncLifetime
{
    public static TheoryData<string> Services => [.. ComposeStack.Services];

    public async ValueTask InitializeAsync() => await stack.Started;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_reading_that_goes_in_comes_out()
    {
        var temperature = await stack.SendAsync();
        await stack.ShowsAsync(temperature);
    }

    [Fact]
    public async Task The_dashboard_shows_the_sensor_and_has_its_assets()
    {
        await stack.ShowsAsync(await stack.SendAsync());

        var page = await stack.DashboardAsync("/");

        Assert.Contains("data-device=\"living-room\"", page, StringComparison.Ordinal);
        foreach (var asset in new[] { "css/dashboard", "_framework/blazor.web" })
        {
            var address = System.Text.RegularExpressions.Regex.Match(page, $"\"({asset}[^\"]*)\"").Groups[1].Value;
            Assert.NotEmpty(await stack.DashboardAsync($"/{address}"));
        }
    }

    [Theory]
    [MemberData(nameof(Services))]
    public async Task A_service_that_dies_comes_back_and_readings_go_on(string service)
    {
        var before = await stack.SendAsync();
        await stack.ShowsAsync(before);
        await stack.DieAsync(service);
        await stack.HealthyAsync();
        await stack.ShowsAsync(before);
        var after = await stack.SendAsync();
        await stack.ShowsAsync(after);
    }

    /// <summary>Not with docker compose kill: after it Docker takes the container for stopped on purpose.</summary>
    [Fact]
    public async Task A_running_broker_takes_a_new_account_and_still_comes_back_when_it_dies()
    {
        var password = (await stack.CredentialsAsync("kitchen")).Split(' ')[1];
        await stack.ComposeAsync("exec", "-T", "mosquitto", "sh", "-c", "kill -HUP 1");
        string[] reading = ["-h", "127.0.0.1", "-p", ComposeStack.Text(stack.MqttPort), "-u", "kitchen", "-P", password, "-q", "1", "-t", "home/h1/sensors/kitchen/status", "-m", "{}"];
        await Eventually.ResultAsync(() => Machine.RunAsync("mosquitto_pub", reading), outcome => outcome.ExitCode == 0, "the broker knows the account");

        await stack.DieAsync("mosquitto");
        await stack.HealthyAsync();
        (await Machine.RunAsync("mosquitto_pub", reading)).Succeeded();
    }

    [Fact]
    public async Task What_comes_while_ingest_is_away_is_kept_for_it()
    {
        await stack.ComposeAsync("stop", "ingest");
        var temperature = await stack.SendAsync();
        Assert.NotEqual(temperature, await stack.LatestAsync(stack.HttpPort));
        await stack.ComposeAsync("start", "ingest");
        await stack.ShowsAsync(temperature);
        await stack.HealthyAsync();
    }

    [Fact]
    public async Task Everything_is_still_there_after_down_and_up()
    {
        var temperature = await stack.SendAsync();
        await stack.ShowsAsync(temperature);
        await stack.ComposeAsync("down");
        await stack.UpAsync();
        await stack.ShowsAsync(temperature);
    }

    [Theory]
    [MemberData(nameof(Services))]
    public async Task A_service_stops_cleanly_when_it_is_told_to(string service)
    {
        var start = Stopwatch.GetTimestamp();
        await stack.ComposeAsync("stop", service);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 10);
        var container = (await stack.ComposeAsync("ps", "-a", "-q", service)).Trim();
        Assert.Equal("0", (await stack.Engine.DockerAsync("inspect", "-f", "{{.State.ExitCode}}", container)).Output.Trim());
        await stack.UpAsync();
    }

    [Theory]
    [MemberData(nameof(Services))]
    public async Task A_service_runs_with_as_few_rights_as_the_file_says(string service)
    {
        Assert.Equal("true [ALL] [no-new-privileges:true]", await stack.InspectAsync(service, "{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}}"));
        Assert.NotEqual("0", await stack.InspectAsync(service, "{{.HostConfig.Memory}}"));
        var process = await stack.InspectAsync(service, "{{.State.Pid}}");
        var status = await File.ReadAllLinesAsync($"/proc/{process}/status", TestContext.Current.CancellationToken);
        Assert.Contains("CapEff:\t0000000000000000", status);
        Assert.Contains("NoNewPrivs:\t1", status);
        Assert.Contains(service == "mosquitto" ? "Uid:\t1883\t1883\t1883\t1883" : "Uid:\t1654\t1654\t1654\t1654", status);
    }

    [Fact]
    public async Task What_is_published_is_published_to_this_machine_alone()
    {
        Assert.Equal($"127.0.0.1:{stack.HttpPort}", (await stack.ComposeAsync("port", "api", "8080")).Trim());
        Assert.Equal($"127.0.0.1:{stack.DashboardPort}", (await stack.ComposeAsync("port", "dashboard", "8080")).Trim());
        Assert.Equal($"127.0.0.1:{stack.MqttPort}", (await stack.ComposeAsync("port", "mosquitto", "1883")).Trim());
        Assert.Equal("map[]", await stack.InspectAsync("ingest", "{{.HostConfig.PortBindings}}"));
    }

    [Fact]
    public async Task The_image_with_everything_in_it_takes_a_reading_and_shows_it()
    {
        var (http, mqtt, name) = (FreePort.Next(), FreePort.Next(), $"{stack.Project}-standalone");
        (await stack.Engine.DockerAsync("build", "-q", "-f", Path.Combine(stack.Sources, "infrastructure", "docker", "Dockerfile"), "--target", "standalone", "-t", "techtemp-standalone:test", stack.Sources)).Succeeded();
        (await stack.Engine.DockerAsync(
            "run", "-d", "--name", name, "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "-v", "/data",
            "-p", $"127.0.0.1:{ComposeStack.Text(http)}:8080", "-p", $"127.0.0.1:{ComposeStack.Text(mqtt)}:1883", "techtemp-standalone:test")).Succeeded();
        try
        {
            await Eventually.ResultAsync(
                async () => (await stack.Engine.DockerAsync("inspect", "-f", "{{.State.Health.Status}}", name)).Output.Trim(), health => health == "healthy", "it is healthy", TimeSpan.FromSeconds(60));
            await stack.ShowsAsync(await ComposeStack.SendAsync(mqtt), http);
        }
        finally
        {
            await stack.Engine.DockerAsync("rm", "-f", "-v", name);
        }
    }
}
