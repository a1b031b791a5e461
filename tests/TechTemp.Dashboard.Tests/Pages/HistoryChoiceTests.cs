using static TechTemp.Dashboard.Tests.Pages.HistoryChart;

namespace TechTemp.Dashboard.Tests.Pages;

/// <summary>What the history shows: the rooms and sensors that are chosen, the band of one of them, and their file.</summary>
public sealed class HistoryChoiceTests(Browser browser, DemoSite demo)
{
    [Fact]
    public async Task The_band_of_one_series_is_shown_at_a_time()
    {
        var site = await demo.SiteAsync();
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync("/history");
        await DrawnAsync(visit, "PT15M", series: 6);
        await Assertions.Expect(visit.Page.Locator($"{Selector}[data-bands='1']")).ToBeAttachedAsync();
        var name = visit.Page.Locator(".chips .name");
        await Assertions.Expect(name.First).ToHaveAttributeAsync("aria-pressed", "true");

        await name.Nth(2).ClickAsync();
        await Assertions.Expect(name.Nth(2)).ToHaveAttributeAsync("aria-pressed", "true");
        await Assertions.Expect(visit.Page.Locator($"{Selector}[data-bands='1']")).ToBeAttachedAsync();
        await name.Nth(2).ClickAsync();
        await Assertions.Expect(visit.Page.Locator($"{Selector}[data-bands='0']")).ToBeAttachedAsync();
        await visit.AccessibleAsync();
    }

    [Fact]
    public async Task The_csv_is_the_export_of_the_api()
    {
        var site = await demo.SiteAsync();
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync("/history?room=kitchen&from=2026-01-01T00:00:00Z&to=2036-01-01T00:00:00Z");
        await DrawnAsync(visit, "day", series: 1);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "CSV" }).ClickAsync();

        var download = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Page.GetByRole(AriaRole.Link, new() { Name = "Kitchen as CSV, days" }).ClickAsync());

        Assert.Equal("kitchen-day-2026-01-01T0000Z-2036-01-01T0000Z.csv", download.SuggestedFilename);
        var lines = await File.ReadAllLinesAsync(await download.PathAsync(), TestContext.Current.CancellationToken);
        Assert.Equal("ts,temperature,temperature_min,temperature_max,humidity,humidity_min,humidity_max,count", lines[0]);
        var days = (await site.Http.DataAsync("/api/v1/rooms/kitchen/readings?bucket=day&tz=Europe/Brussels")).AsArray();
        Assert.Equal(days.Select(d => (string?)d!["ts"]), lines.Skip(1).Select(l => l.Split(',')[0]));
    }

    [Fact]
    public async Task Rooms_and_sensors_are_chosen_from_a_list_and_shown_in_fahrenheit()
    {
        var site = await demo.SiteAsync();
        await using var visit = await browser.VisitAsync(site.Address, Screens.Phone());
        await visit.OpenAsync("/history?room=kitchen");
        await DrawnAsync(visit, "PT15M", series: 1);

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Rooms and sensors" }).ClickAsync();
        await visit.Page.Locator("#sources label").GetByText("Bedroom", new() { Exact = true }).First.ClickAsync();
        await DrawnAsync(visit, "PT15M", series: 2);
        await visit.Page.WaitForURLAsync("**/history?room=kitchen&room=bedroom&period=24h");
        await visit.Page.Keyboard.PressAsync("Escape");

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Appearance and language" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Radio, new() { Name = "°F" }).CheckAsync();
        await visit.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(visit.Page.Locator("[data-summary] tbody tr").First).ToContainTextAsync("°F");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Show all values" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-values] tbody td").First).ToContainTextAsync("°F");
        await visit.FitsAsync();
        await visit.AccessibleAsync();
    }

    [Fact]
    public async Task An_empty_store_says_what_to_do()
    {
        await using var site = await Site.StartAsync();
        await using var visit = await browser.VisitAsync(site.Address);

        await visit.OpenAsync("/history");

        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "No readings yet" })).ToBeVisibleAsync();
        await visit.AccessibleAsync();
    }

    [Fact]
    public async Task Twenty_four_series_are_drawn_and_a_twenty_fifth_is_refused()
    {
        await using var site = await Site.StartAsync();
        string[] devices = [.. Enumerable.Range(1, 25).Select(i => $"sensor-{i:00}")];
        var now = TimeProvider.System.GetUtcNow();
        var readings = devices.SelectMany((device, i) => new[] { 90, 60, 30, 0 }.Select(ago => new { device_uid = device, ts = now.AddMinutes(-ago), temperature = 15 + i * 0.5, humidity = 50 }));
        Assert.Equal(100, (int)(await site.Http.PostAsync("/api/v1/readings", readings)).Data["accepted"]!);
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync($"/history?{string.Join('&', devices.Take(23).Select(d => $"device={d}"))}");
        await DrawnAsync(visit, "PT15M", series: 23);

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Rooms and sensors" }).ClickAsync();
        var choices = visit.Page.Locator("#sources label");
        await choices.GetByText(devices[23], new() { Exact = true }).First.ClickAsync();

        await DrawnAsync(visit, "PT15M", series: 24);
        await Assertions.Expect(visit.Page.Locator(".chips li")).ToHaveCountAsync(24);
        // Eight colours, each in three patterns.
        var looks = await visit.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('.chips .ink')].map(e => getComputedStyle(e)).map(s => s.backgroundColor + s.backgroundImage)");
        Assert.Equal((24, 24), (looks.Length, looks.Distinct().Count()));
        Assert.True(await InkAsync(visit) > 500, "Lines are drawn");
        await Assertions.Expect(choices.Filter(new() { HasText = devices[24] }).Locator("input")).ToBeDisabledAsync();
        await Assertions.Expect(visit.Page.Locator("#sources").GetByText("At most 24 at once.")).ToBeVisibleAsync();

        // An address with more shows as many.
        await visit.OpenAsync($"/history?{string.Join('&', devices.Select(d => $"device={d}"))}");
        await DrawnAsync(visit, "PT15M", series: 24);
    }
}
