using System.Globalization;

namespace TechTemp.Dashboard.Tests.Pages;

/// <summary>The dashboard as a program of its own, when the API is not as it should be.</summary>
public sealed class StreamTests(Browser browser)
{
    private static readonly LocatorAssertionsToBeVisibleOptions s_patient = new() { Timeout = 60_000 };

    [Fact]
    public async Task Without_the_stream_readings_still_come_the_page_says_so_and_goes_live_again()
    {
        await using var site = await Site.StartAsync("--Live:MaxListeners=1");
        await site.PlaceAsync("s1", "Salon", 20, 40);
        // The one place at the stream is taken.
        var other = await site.Http.ListenAsync();
        await using var dashboard = await DashboardAsync(site.Address);
        await using var visit = await browser.VisitAsync(Address(dashboard));
        await visit.OpenAsync("/");
        await Assertions.Expect(visit.Page.GetByText("The live stream is interrupted.")).ToBeVisibleAsync(s_patient);
        await visit.AccessibleAsync();

        await site.PublishAsync("s1", 24.5, 40);
        await Assertions.Expect(visit.Page.Locator("[data-device=s1] .temperature b")).ToHaveTextAsync("24.5", new() { Timeout = 30_000 });

        await other.DisposeAsync();
        await Assertions.Expect(visit.Page.Locator("[data-feed=live]")).ToBeAttachedAsync(new() { Timeout = 30_000 });
        await Assertions.Expect(visit.Page.GetByText("The live stream is interrupted.")).Not.ToBeVisibleAsync();
    }

    [Fact]
    public async Task When_the_API_is_killed_the_page_says_so_and_goes_on_when_it_is_back()
    {
        using var folder = new TempFolder();
        var settings = new Dictionary<string, string>
        {
            ["MQTT_PORT"] = FreePort.Next().ToString(CultureInfo.InvariantCulture),
            ["HTTP_PORT"] = FreePort.Next().ToString(CultureInfo.InvariantCulture),
            ["DB_PATH"] = folder.File("techtemp.db"),
        };
        await using var api = await HostProcess.StartHealthyAsync("TechTemp.Standalone", settings);
        await api.Http.PostAsync("/api/v1/readings", new { device_uid = "s1", temperature = 20, humidity = 40 });
        await using var dashboard = await DashboardAsync(Address(api));
        await using var visit = await browser.VisitAsync(Address(dashboard));
        await visit.OpenAsync("/");
        await Assertions.Expect(visit.Page.Locator("[data-feed=live]")).ToBeAttachedAsync(new() { Timeout = 30_000 });

        api.Kill();
        await api.ExitAsync();
        await Assertions.Expect(visit.Page.Locator(".banner")).ToContainTextAsync("The API does not answer.", new() { Timeout = 60_000 });
        await Assertions.Expect(visit.Page.Locator("[data-device=s1] .temperature b")).ToHaveTextAsync("20.0");

        await using var again = await HostProcess.StartHealthyAsync("TechTemp.Standalone", settings);
        await again.Http.PostAsync("/api/v1/readings", new { device_uid = "s1", temperature = 26.5, humidity = 40 });
        await Assertions.Expect(visit.Page.Locator("[data-feed=live]")).ToBeAttachedAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(visit.Page.Locator("[data-device=s1] .temperature b")).ToHaveTextAsync("26.5", new() { Timeout = 30_000 });
    }

    [Fact]
    public async Task Without_an_API_every_page_opens_and_the_program_is_healthy()
    {
        await using var dashboard = await DashboardAsync($"http://127.0.0.1:{FreePort.Next()}");
        await using var visit = await browser.VisitAsync(Address(dashboard));

        foreach (var path in new[] { "/", "/history", "/devices", "/system" })
        {
            await visit.OpenAsync(path);
            await Assertions.Expect(visit.Page.Locator(".banner")).ToContainTextAsync("The API does not answer.", new() { Timeout = 30_000 });
            await visit.AccessibleAsync();
        }
    }

    [Fact]
    public async Task Its_health_check_tells_a_container_whether_it_runs()
    {
        await using var dashboard = await DashboardAsync("http://127.0.0.1:1");
        await using var check = HostProcess.Start("clients/TechTemp.Dashboard", dashboard.Settings, "--healthcheck");
        Assert.Equal(0, await check.ExitAsync());
        Assert.Equal("""{"status":"ok"}""", check.Output.Trim());

        Assert.Equal(0, await dashboard.StopAsync());
        Assert.Empty(dashboard.Error);
        await using var nobody = HostProcess.Start("clients/TechTemp.Dashboard", dashboard.Settings, "--healthcheck");
        Assert.Equal(1, await nobody.ExitAsync());
    }

    [Fact]
    public async Task It_writes_no_file()
    {
        using var home = new TempFolder();
        await using var dashboard = await HostProcess.StartHealthyAsync(
            "clients/TechTemp.Dashboard", new Dictionary<string, string> { ["API_URL"] = "http://127.0.0.1:1", ["HOME"] = home.Path });

        Assert.Equal(200, (await dashboard.Http.GetAsync("/")).Status);

        Assert.Empty(Directory.EnumerateFileSystemEntries(home.Path));
        Assert.Empty(Directory.EnumerateFileSystemEntries(dashboard.WorkingFolder));
    }

    [Theory]
    [InlineData("API_URL", "localhost:3000", "Dashboard:ApiUrl (API_URL) must be an address like http://localhost:3000.")]
    [InlineData("Dashboard__ApiUrl", "/api", "Dashboard:ApiUrl (API_URL) must be an address like http://localhost:3000.")]
    [InlineData("HTTP_PORT", "70000", "Http:Port (HTTP_PORT) must be a port from 1 to 65535.")]
    public async Task A_bad_setting_is_one_line_and_exit_code_1(string name, string value, string rule)
    {
        await using var dashboard = HostProcess.Start("clients/TechTemp.Dashboard", [KeyValuePair.Create(name, value)]);

        Assert.Equal(1, await dashboard.ExitAsync());
        Assert.Equal($"TechTemp cannot go on: {rule}", dashboard.Error.Trim());
    }

    private static string Address(HostProcess host) => $"http://127.0.0.1:{host.Settings["HTTP_PORT"]}";

    private static Task<HostProcess> DashboardAsync(string api) =>
        HostProcess.StartHealthyAsync("clients/TechTemp.Dashboard", [KeyValuePair.Create("API_URL", api)]);
}
