using System.Diagnostics;
using System.Globalization;

namespace TechTemp.Dashboard.Tests.Pages;

/// <summary>The cards of the rooms.</summary>
public sealed class RoomsTests(Browser browser, DemoSite demo)
{
    [Fact]
    public async Task Every_room_shows_its_figures()
    {
        var site = await demo.SiteAsync();
        await using var visit = await browser.VisitAsync(site.Address);

        await visit.OpenAsync("/");

        Assert.Equal(6, await visit.Page.Locator(".room").CountAsync());
        var kitchen = visit.Page.Locator("[data-device=demo-kitchen]");
        await Assertions.Expect(kitchen.Locator("h2")).ToHaveTextAsync("Kitchen");
        await Assertions.Expect(kitchen.Locator(".status")).ToHaveTextAsync("Online");
        await Assertions.Expect(kitchen.Locator(".temperature")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"^Temperature ?\d+\.\d°C$"));
        await Assertions.Expect(kitchen.Locator(".derived")).ToContainTextAsync(new System.Text.RegularExpressions.Regex(@"Today\s*\d+\.\d – \d+\.\d °C"));
        await Assertions.Expect(kitchen.Locator(".trend")).ToContainTextAsync("within the last hour");
        await Assertions.Expect(kitchen.Locator(".tag")).Not.ToBeEmptyAsync();
    }

    [Fact]
    public async Task The_page_is_there_before_any_script_runs()
    {
        var site = await demo.SiteAsync();

        var page = await site.Http.GetAsync("/");

        Assert.Equal(6, page.Body.Split("class=\"card room").Length - 1);
        Assert.Contains("Kitchen", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reading_is_on_the_page_within_two_seconds_of_its_publication()
    {
        await using var site = await Site.StartAsync();
        await site.PlaceAsync("s1", "Salon", 20, 40);
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync("/");
        await Assertions.Expect(visit.Page.Locator("[data-feed=live]")).ToBeAttachedAsync();
        // The first one has the page's code compiled: what is measured is not how fast a program starts.
        await site.PublishAsync("s1", 20.5, 41);
        await Assertions.Expect(visit.Page.Locator("[data-device=s1] .temperature b")).ToHaveTextAsync("20.5");

        // The best of some: what else the machine does is not the page's.
        var (best, temperature) = (double.MaxValue, 33.3);
        for (var n = 0; n < 5 && best > 2; n++, temperature++)
        {
            await site.PublishAsync("s1", temperature, 42);
            var start = Stopwatch.GetTimestamp();
            await visit.Page.Locator("[data-device=s1] .temperature b").Filter(new() { HasText = Text(temperature) }).WaitForAsync();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        Assert.InRange(best, 0, 2);
        await Assertions.Expect(visit.Page.Locator("[data-device=s1] .humidity b")).ToHaveTextAsync("42");
        await Assertions.Expect(visit.Page.Locator("[data-device=s1] .derived")).ToContainTextAsync($"20.0 – {Text(temperature - 1)} °C");
    }

    [Fact]
    public async Task A_sensor_that_nobody_knew_appears_and_asks_for_a_place()
    {
        await using var site = await Site.StartAsync();
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync("/");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "No sensor yet" })).ToBeVisibleAsync();
        await visit.AccessibleAsync();

        await site.PublishAsync("new-one", 19, 55);

        await Assertions.Expect(visit.Page.Locator("[data-device=new-one]")).ToBeVisibleAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "New: give it a name and a room" })).ToHaveAttributeAsync("href", "devices?search=new-one");
    }

    [Fact]
    public async Task What_does_not_measure_is_told_by_a_word_and_a_shape()
    {
        await using var site = await Site.StartAsync();
        var now = TimeProvider.System.GetUtcNow();
        await site.PublishAsync("late", 20, 40, now.AddMinutes(-20));
        await site.PublishAsync("offline", 20, 40, now.AddHours(-3));
        Assert.Equal(201, (await site.Http.PostAsync("/api/v1/devices", new { device_uid = "never", room_name = "Attic" })).Status);
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync("/");

        foreach (var (device, word) in new[] { ("late", "Late"), ("offline", "Offline"), ("never", "Never seen") })
        {
            await Assertions.Expect(visit.Page.Locator($"[data-device={device}] .status.{device}")).ToHaveTextAsync(word);
        }

        var shapes = await visit.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('.room .status')].map(e => { const s = getComputedStyle(e, '::before'); return s.borderRadius + s.rotate + s.borderWidth; })");
        Assert.Equal(3, shapes.Distinct().Count());
        await visit.AccessibleAsync();
    }

    [Fact]
    public async Task A_card_leads_to_the_history_of_its_room()
    {
        var site = await demo.SiteAsync();
        await using var visit = await browser.VisitAsync(site.Address, Screens.Phone());
        await visit.OpenAsync("/");

        // The whole card is the link's, for a thumb; what it is called says where it leads.
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "History of Kitchen", Exact = true })).ToHaveAttributeAsync("href", "history?room=kitchen");
        await visit.Page.Locator("[data-device=demo-kitchen] .humidity").ClickAsync(new() { Force = true });

        await visit.Page.WaitForURLAsync("**/history?room=kitchen");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("History");
        await Assertions.Expect(visit.Page.Locator(".chips li")).ToHaveTextAsync("Kitchen");
    }

    [Fact]
    public async Task A_card_of_a_sensor_leads_to_its_history_by_the_keyboard_in_French()
    {
        await using var site = await Site.StartAsync();
        await site.PlaceAsync("s1", "Salon", 20, 40);
        await site.PlaceAsync("s2", "Salon", 21, 41);
        await site.PublishAsync("new-one", 19, 55);
        var french = Screens.Desktop();
        french.Locale = "fr-BE";
        await using var visit = await browser.VisitAsync(site.Address, french);
        await visit.OpenAsync("/");
        // Two sensors of one room have a card each, and a link with a name of its own.
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "Historique de Salon, s1", Exact = true })).ToHaveAttributeAsync("href", "history?device=s1");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "Historique de new-one", Exact = true })).ToHaveAttributeAsync("href", "history?device=new-one");

        var link = visit.Page.GetByRole(AriaRole.Link, new() { Name = "Historique de Salon, s2", Exact = true });
        for (var press = 0; press < 30 && !await link.EvaluateAsync<bool>("e => e === document.activeElement"); press++)
        {
            await visit.Page.Keyboard.PressAsync("Tab");
        }

        // The focus is seen around the sensor.
        Assert.NotEqual("none", await link.EvaluateAsync<string>("e => getComputedStyle(e).outlineStyle"));
        await visit.AccessibleAsync();
        await visit.Page.Keyboard.PressAsync("Enter");
        await visit.Page.WaitForURLAsync("**/history?device=s2");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeFocusedAsync();

        // What stands above the card's link keeps its own.
        await visit.OpenAsync("/");
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Nouveau : lui donner un nom et une pièce" }).ClickAsync();
        await visit.Page.WaitForURLAsync("**/devices?search=new-one");
    }

    [Fact]
    public async Task Messages_that_wait_for_an_unknown_device_are_told_and_stored_with_its_place()
    {
        await using var site = await Site.StartAsync("--Ingest:UnknownDevices=Hold");
        await site.PublishAsync("s1", 20, 40, TimeProvider.System.GetUtcNow().AddMinutes(-1));
        await using var visit = await browser.VisitAsync(site.Address, Screens.Phone());
        await visit.OpenAsync("/");
        await Assertions.Expect(visit.Page.GetByText("1 message of an unknown device waits.")).ToBeVisibleAsync();
        await visit.FitsAsync();
        await visit.AccessibleAsync();

        // It follows by itself.
        await site.PublishAsync("s1", 21, 41);
        await Assertions.Expect(visit.Page.GetByText("2 messages of unknown devices wait.")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Give them a place" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Give it a place s1" }).First.ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "A place for s1" });
        await dialog.GetByLabel("Room", new() { Exact = true }).FillAsync("Salon");
        await visit.AccessibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Give it a place" }).ClickAsync();

        await Assertions.Expect(visit.Page.Locator("[data-device=s1] .latest")).ToContainTextAsync("21.0 °C");
        await Assertions.Expect(visit.Page.Locator("[data-rejected]")).ToHaveCountAsync(0);
        Assert.Equal(2, (await site.Http.DataAsync("/api/v1/devices/s1/readings")).AsArray().Count);
    }

    private static string Text(double temperature) => temperature.ToString("F1", CultureInfo.InvariantCulture);
}
