using System.Diagnostics;

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
        await Assertions.Expect(visit.Page.Locator("[data-device=s1] .temperature b")).ToHaveTextAsync("20.5", new() { Timeout = 20_000 });

        await site.PublishAsync("s1", 33.3, 42);
        var start = Stopwatch.GetTimestamp();
        await Assertions.Expect(visit.Page.Locator("[data-device=s1] .temperature b")).ToHaveTextAsync("33.3", new() { Timeout = 20_000 });

        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 2);
        await Assertions.Expect(visit.Page.Locator("[data-device=s1] .humidity b")).ToHaveTextAsync("42");
        await Assertions.Expect(visit.Page.Locator("[data-device=s1] .derived")).ToContainTextAsync("20.0 – 33.3 °C");
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

        await Assertions.Expect(visit.Page.Locator("[data-device=new-one]")).ToBeVisibleAsync(new() { Timeout = 20_000 });
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "New: give it a name and a room" })).ToHaveAttributeAsync("href", "/devices");
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
}
