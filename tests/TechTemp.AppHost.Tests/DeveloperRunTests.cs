using System.Text.Json.Nodes;

namespace TechTemp.AppHost.Tests;

/// <summary>The AppHost with Aspire's dashboard, the way a developer uses it.</summary>
// One after the other: a container that starts ends the connections of a browser.
[Collection(nameof(RunningModel))]
public sealed class DeveloperRunTests
{
    private static readonly string[] s_programs = [ResourceNames.Simulator, ResourceNames.Ingest, ResourceNames.Api, ResourceNames.Dashboard];
    private static readonly TimeSpan s_exitDeadline = TimeSpan.FromSeconds(10);

    private static readonly string s_pictures = Repository.File(
        Environment.GetEnvironmentVariable("SCREENSHOTS") is { Length: > 0 } folder ? folder : Path.Combine("artifacts", "screenshots"));

    [Fact]
    public async Task A_developer_starts_it_sees_it_work_stops_it_and_finds_everything_again()
    {
        RunningModel.Require();
        AspireDashboard.Require();
        // A container that comes or goes ends the requests of a browser.
        using var interfaces = await NetworkInterfaces.HoldAsync();
        using var folder = new TempFolder();
        try
        {
            var passwords = await FirstRunAsync(folder);
            Assert.Equal([AppHostProcess.Volume(folder)], await RunningModel.EngineAsync("volume", "ls", "--quiet", "--filter", $"name={AppHostProcess.Volume(folder)}"));
            await SecondRunAsync(folder, passwords);
        }
        finally
        {
            await RunningModel.EngineAsync("volume", "rm", "--force", AppHostProcess.Volume(folder));
        }
    }

    private static async Task<string> FirstRunAsync(TempFolder folder)
    {
        await using var appHost = await AppHostProcess.StartAsync(folder);
        await using (var dashboard = await AspireDashboard.OpenAsync(appHost.LoginUrl, ["store", "mosquitto", "mosquitto-sensors", .. s_programs]))
        {
            foreach (var link in await dashboard.LinksAsync())
            {
                Assert.Equal(200, (await dashboard.Page.APIRequest.GetAsync(link.AbsoluteUri)).Status);
            }

            Assert.EndsWith("/scalar", (await dashboard.LinkAsync(ResourceNames.Api, "API reference")).AbsolutePath, StringComparison.Ordinal);
            // Somebody looks at the rooms, so that a reading has a screen to reach.
            var rooms = await dashboard.Page.Context.NewPageAsync();
            await rooms.GotoAsync((await dashboard.LinkAsync(ResourceNames.Dashboard, "Dashboard")).AbsoluteUri);
            await dashboard.OpenTraceAsync(s_programs);
            Directory.CreateDirectory(s_pictures);
            await dashboard.Page.ScreenshotAsync(new() { Path = Path.Combine(s_pictures, "aspire-trace.png") });
            foreach (var program in s_programs)
            {
                await dashboard.SeesLogsAsync(program);
            }

            await dashboard.SeesChartAsync(ResourceNames.Ingest, "TechTemp.Ingest", "techtemp.ingest.stored");
        }

        var passwords = await AppHostProcess.PasswordsAsync(folder);
        await StopAsync(appHost, folder);
        // Its own requests to and from Aspire's dashboard are no news.
        Assert.DoesNotContain("Request starting", appHost.Log, StringComparison.Ordinal);
        return passwords;
    }

    private static async Task SecondRunAsync(TempFolder folder, string passwords)
    {
        var stopped = TimeProvider.System.GetUtcNow();
        await using var appHost = await AppHostProcess.StartAsync(folder);
        await using (var dashboard = await AspireDashboard.OpenAsync(appHost.LoginUrl, s_programs))
        {
            var api = new ApiClient(await dashboard.LinkAsync(ResourceNames.Api, "Health"));
            var old = await api.DataAsync($"/api/v1/devices/demo-kitchen/readings?to={Uri.EscapeDataString(stopped.ToString("O"))}");
            Assert.NotEmpty(old.AsArray());
        }

        Assert.Equal(passwords, await AppHostProcess.PasswordsAsync(folder));
        Assert.NotEmpty(JsonNode.Parse(passwords)!.AsObject());
        await StopAsync(appHost, folder);
    }

    private static async Task StopAsync(AppHostProcess appHost, TempFolder folder)
    {
        Assert.Equal(0, await appHost.InterruptAsync(s_exitDeadline));
        await Eventually.TrueAsync(() => appHost.Processes().Count == 0, "no process of it is left");
        Assert.Empty(await RunningModel.EngineAsync("ps", "--all", "--quiet", "--filter", $"volume={AppHostProcess.Volume(folder)}"));
    }
}
