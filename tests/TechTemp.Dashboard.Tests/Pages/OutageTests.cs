using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace TechTemp.Dashboard.Tests.Pages;

/// <summary>The connection between a page and its server is lost, and comes back.</summary>
public sealed class OutageTests(Browser browser)
{
    private const string Lost = "#connection:popover-open";

    private static readonly LocatorAssertionsToBeVisibleOptions s_visiblePatiently = new() { Timeout = 60_000 };
    private static readonly LocatorAssertionsToHaveTextOptions s_textPatiently = new() { Timeout = 60_000 };

    [Fact]
    public async Task Twelve_minutes_away_heal_by_themselves_and_ages_count_on_meanwhile()
    {
        await using var site = await Site.StartAsync();
        await site.PlaceAsync("s1", "Salon", 20, 40);
        await using var network = new TcpProxy(Port(site));
        // The clock of the page is the test's; what reaches the page takes its own time.
        await using var visit = await browser.VisitAsync($"http://127.0.0.1:{network.Port}");
        visit.ErrorsExpected = true;
        await visit.Page.Clock.InstallAsync(new() { TimeDate = TimeProvider.System.GetUtcNow().UtcDateTime });
        await visit.OpenAsync("/");
        await Assertions.Expect(visit.Page.Locator("[data-device=s1] .status")).ToHaveTextAsync("Online");

        network.Stall();
        network.Cut();
        await Assertions.Expect(visit.Page.Locator(Lost)).ToContainTextAsync("The connection to the dashboard is lost.");
        for (var minute = 0; minute < 12; minute++)
        {
            await visit.Page.Clock.RunForAsync(60_000);
        }

        await Assertions.Expect(visit.Page.Locator("[data-device=s1] .age")).ToHaveTextAsync(new Regex("^1[234] min ago$"));
        Assert.Equal("Not known now", await ShownStatusAsync(visit));
        await visit.AccessibleAsync();

        network.Heal();
        await site.PublishAsync("s1", 25.5, 40);
        await BackAsync(visit, async () => await visit.Page.Clock.RunForAsync(1000));
        await Assertions.Expect(visit.Page.Locator("[data-device=s1] .temperature b")).ToHaveTextAsync("25.5", s_textPatiently);
        Assert.Equal("Online", await ShownStatusAsync(visit));
    }

    // The same without a clock of the test's own, and short; OUTAGE_MINUTES=12 makes it as long as the one above.
    [Fact]
    public async Task A_real_outage_of_minutes_heals_by_itself()
    {
        var length = TimeSpan.FromMinutes(double.Parse(Environment.GetEnvironmentVariable("OUTAGE_MINUTES") ?? "0.25", CultureInfo.InvariantCulture));
        await using var site = await Site.StartAsync();
        await site.PlaceAsync("s1", "Salon", 20, 40);
        await using var network = new TcpProxy(Port(site));
        await using var visit = await browser.VisitAsync($"http://127.0.0.1:{network.Port}");
        visit.ErrorsExpected = true;
        await visit.OpenAsync("/devices");
        await WriteAsync(visit, "Half a na");

        network.Stall();
        network.Cut();
        await Task.Delay(length, TestContext.Current.CancellationToken);
        await Assertions.Expect(visit.Page.Locator(Lost)).ToBeVisibleAsync();
        network.Heal();
        var healed = Stopwatch.GetTimestamp();

        await Assertions.Expect(visit.Page.Locator(Lost)).ToBeHiddenAsync(new() { Timeout = 90_000 });
        await visit.LiveAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Dialog).GetByLabel("Name")).ToHaveValueAsync("Half a na");
        TestContext.Current.TestOutputHelper!.WriteLine($"{length.TotalMinutes} minutes away; back {Stopwatch.GetElapsedTime(healed).TotalSeconds:F1} s after the network");
        await site.PublishAsync("s1", 25.5, 40);
        await Assertions.Expect(visit.Page.Locator("[data-device=s1] .latest")).ToContainTextAsync("25.5", new() { Timeout = 60_000 });
    }

    [Fact]
    public async Task A_network_that_drops_everything_silently_is_noticed_within_ten_seconds()
    {
        await using var site = await Site.StartAsync();
        await site.PlaceAsync("s1", "Salon", 20, 40);
        await using var network = new TcpProxy(Port(site));
        await using var visit = await browser.VisitAsync($"http://127.0.0.1:{network.Port}");
        visit.ErrorsExpected = true;
        await visit.OpenAsync("/");

        network.Stall();
        var start = Stopwatch.GetTimestamp();
        await visit.Page.Locator(Lost).WaitForAsync(new() { Timeout = 60_000 });
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 10);

        network.Heal();
        await Assertions.Expect(visit.Page.Locator(Lost)).ToBeHiddenAsync(new() { Timeout = 60_000 });
        await site.PublishAsync("s1", 25.5, 40);
        await Assertions.Expect(visit.Page.Locator("[data-device=s1] .temperature b")).ToHaveTextAsync("25.5", s_textPatiently);
    }

    [Fact]
    public async Task A_server_that_is_started_again_gets_its_page_back_with_what_was_written_in_a_dialog()
    {
        using var folder = new TempFolder();
        var settings = new Dictionary<string, string>
        {
            ["MQTT_PORT"] = FreePort.Next().ToString(CultureInfo.InvariantCulture),
            ["HTTP_PORT"] = FreePort.Next().ToString(CultureInfo.InvariantCulture),
            ["DB_PATH"] = folder.File("techtemp.db"),
        };
        await using var host = await HostProcess.StartHealthyAsync("TechTemp.Standalone", settings);
        Assert.Equal(201, (await host.Http.PostAsync("/api/v1/devices", new { device_uid = "s1", room_name = "Salon" })).Status);
        await using var visit = await browser.VisitAsync($"http://127.0.0.1:{settings["HTTP_PORT"]}");
        visit.ErrorsExpected = true;
        await visit.OpenAsync("/devices?search=s1");
        await WriteAsync(visit, "Half a na");

        host.Kill();
        await host.ExitAsync();
        await Assertions.Expect(visit.Page.Locator(Lost)).ToBeVisibleAsync(s_visiblePatiently);
        await Eventually.TrueAsync(() => IsOnTopAsync(visit.Page.Locator(Lost)), "the banner lies above the dialog");
        await visit.FitsAsync();

        await using var again = await HostProcess.StartHealthyAsync("TechTemp.Standalone", settings);
        await Assertions.Expect(visit.Page.Locator("html:not([data-lost])")).ToBeAttachedAsync(new() { Timeout = 60_000 });
        await visit.LiveAsync();
        var name = visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "Rename s1" }).GetByLabel("Name");
        await Assertions.Expect(name).ToHaveValueAsync("Half a na", new() { Timeout = 60_000 });
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Searchbox)).ToHaveValueAsync("s1");
        await name.FillAsync("Half a name");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-device=s1] h3")).ToHaveTextAsync("Half a name");

        // What is done is not opened again.
        await visit.OpenAsync("/devices");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        Assert.Null(await visit.Page.EvaluateAsync<string?>("sessionStorage.getItem('techtemp-kept')"));
    }

    [Fact]
    public async Task Offsets_and_moves_that_were_half_written_are_kept_too()
    {
        await using var site = await Site.StartAsync();
        await site.PlaceAsync("s1", "Salon", 20, 40);
        await using var visit = await browser.VisitAsync(site.Address, Screens.Phone());
        await visit.OpenAsync("/devices");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Calibrate s1" }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add an offset" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add an offset" }).ClickAsync();
        await dialog.GetByLabel("Add to temperature").Nth(1).FillAsync("1.5");
        await dialog.GetByLabel("Add to humidity").First.FillAsync("-3");

        await visit.OpenAsync("/devices");
        await Assertions.Expect(dialog.GetByLabel("Add to temperature").Nth(1)).ToHaveValueAsync("1.5");
        await Assertions.Expect(dialog.GetByLabel("Add to humidity").First).ToHaveValueAsync("-3");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Assertions.Expect(dialog).ToHaveCountAsync(0);

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Move s1" }).ClickAsync();
        await dialog.GetByLabel("Where it is now").FillAsync("Kitchen");
        await visit.OpenAsync("/devices");
        await Assertions.Expect(dialog.GetByLabel("Where it is now")).ToHaveValueAsync("Kitchen");
        await Assertions.Expect(dialog.Locator("[data-preview]")).ToContainTextAsync("Salon → Kitchen");
    }

    [Fact]
    public async Task An_API_that_falls_silent_is_noticed_within_ten_seconds_also_above_a_dialog()
    {
        await using var site = await Site.StartAsync();
        await site.PlaceAsync("s1", "Salon", 20, 40);
        await using var network = new TcpProxy(Port(site));
        await using var dashboard = await HostProcess.StartHealthyAsync("clients/TechTemp.Dashboard", [KeyValuePair.Create("API_URL", $"http://127.0.0.1:{network.Port}")]);
        await using var visit = await browser.VisitAsync($"http://127.0.0.1:{dashboard.Settings["HTTP_PORT"]}");
        await visit.OpenAsync("/devices");
        await Assertions.Expect(visit.Page.Locator("[data-feed=live]")).ToBeAttachedAsync(new() { Timeout = 30_000 });
        await WriteAsync(visit, "Half");

        network.Stall();
        var start = Stopwatch.GetTimestamp();
        var banner = visit.Page.GetByRole(AriaRole.Dialog).GetByText("The API does not answer.");
        await banner.WaitForAsync(new() { Timeout = 60_000 });
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 10);
        Assert.Equal("Not known now", await ShownStatusAsync(visit));

        network.Heal();
        await Assertions.Expect(visit.Page.Locator("[data-feed=live]")).ToBeAttachedAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(banner).ToHaveCountAsync(0);
    }

    private static async Task WriteAsync(Visit visit, string name)
    {
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Rename s1" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Dialog).GetByLabel("Name").FillAsync(name);
    }

    // The clock of the page stands still unless the test moves it.
    private static async Task BackAsync(Visit visit, Func<Task> tick)
    {
        await Eventually.TrueAsync(
            async () =>
            {
                await tick();
                return !await visit.Page.Locator(Lost).IsVisibleAsync();
            },
            "the connection is back",
            TimeSpan.FromSeconds(60));
        await visit.LiveAsync();
    }

    private static Task<string> ShownStatusAsync(Visit visit) => visit.Page.Locator("[data-device=s1] .status").First.EvaluateAsync<string>(
        "e => { const after = getComputedStyle(e, '::after').content; return after === 'none' ? e.innerText : JSON.parse(after); }");

    // A dialog makes everything else inert, which elementFromPoint passes over: so a picture is looked at, where the banner has its own colour.
    private static async Task<bool> IsOnTopAsync(ILocator banner)
    {
        var box = (await banner.BoundingBoxAsync())!;
        var picture = await banner.Page.ScreenshotAsync(new() { Clip = new() { X = box.X + 4, Y = box.Y + (box.Height / 2), Width = 2, Height = 2 } });
        return await banner.EvaluateAsync<bool>(
            """
            async (e, data) => {
              const image = new Image();
              image.src = `data:image/png;base64,${data}`;
              await image.decode();
              const canvas = new OffscreenCanvas(2, 2).getContext('2d');
              canvas.drawImage(image, 0, 0);
              const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
              return getComputedStyle(e).backgroundColor === `rgb(${r}, ${g}, ${b})`;
            }
            """,
            Convert.ToBase64String(picture));
    }

    private static int Port(Site site) => int.Parse(site.Host.Settings["HTTP_PORT"], CultureInfo.InvariantCulture);
}
