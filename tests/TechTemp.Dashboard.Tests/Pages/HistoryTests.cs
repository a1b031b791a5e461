using System.Globalization;
using System.Text.Json.Nodes;
using static TechTemp.Dashboard.Tests.Pages.HistoryChart;

namespace TechTemp.Dashboard.Tests.Pages;

/// <summary>The chart of the history: what it draws, how it moves, and what the address bar holds.</summary>
public sealed class HistoryTests(Browser browser, DemoSite demo)
{
    [Fact]
    public async Task Every_room_is_drawn_and_told_in_figures()
    {
        var site = await demo.SiteAsync();
        await using var visit = await browser.VisitAsync(site.Address);

        await visit.OpenAsync("/history");
        await DrawnAsync(visit, "PT15M", series: 6);

        await Assertions.Expect(visit.Page.Locator("[data-summary] tbody tr")).ToHaveCountAsync(6);
        await Assertions.Expect(visit.Page.Locator("[data-summary] tbody tr").First).ToContainTextAsync("°C");
        Assert.True(await InkAsync(visit) > 500, "Lines are drawn");
    }

    [Theory]
    [InlineData("1h", "raw")]
    [InlineData("24h", "PT15M")]
    [InlineData("30d", "hour")]
    [InlineData("5y", "day")]
    public async Task A_period_is_drawn_by_the_finest_buckets_that_fit(string period, string bucket)
    {
        var site = await demo.SiteAsync();
        await using var visit = await browser.VisitAsync(site.Address);

        await visit.OpenAsync($"/history?room=kitchen&period={period}");

        await DrawnAsync(visit, bucket, series: 1);
    }

    [Fact]
    public async Task Zooming_fetches_finer_buckets_and_the_address_bar_holds_each_view()
    {
        var site = await demo.SiteAsync();
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync("/history?room=kitchen&room=bedroom&measure=humidity&period=30d");
        await DrawnAsync(visit, "hour", series: 2);
        List<string> addresses = [visit.Page.Url];

        // 30 days, 15, 7.5, 3.75. How many views presses in haste are depends on the machine: each has its address before the next.
        for (var n = 0; n < 3; n++)
        {
            await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Zoom in" }).ClickAsync();
            await Eventually.TrueAsync(() => visit.Page.Url != addresses[^1], "the address bar has the new view");
            addresses.Add(visit.Page.Url);
            Assert.Contains("/history?room=kitchen&room=bedroom&measure=humidity&from=", addresses[^1], StringComparison.Ordinal);
            await RestsAsync(visit, addresses[^1]);
        }

        await DrawnAsync(visit, "PT15M", series: 2);
        var zoomed = addresses[^1];

        foreach (var address in addresses.SkipLast(1).Reverse())
        {
            await visit.Page.GoBackAsync();
            await Eventually.TrueAsync(() => visit.Page.Url == address, "the address bar has the view before");
        }

        await DrawnAsync(visit, "hour", series: 2);
        await Eventually.TrueAsync(async () => await RangeAsync(visit) is var (f, t) && t - f > TimeSpan.FromDays(29).TotalMilliseconds, "a month is shown");
        foreach (var address in addresses.Skip(1))
        {
            await visit.Page.GoForwardAsync();
            await RestsAsync(visit, address);
        }

        await DrawnAsync(visit, "PT15M", series: 2);

        // Somebody else opens the link.
        await using var other = await browser.VisitAsync(site.Address);
        await other.OpenAsync(new Uri(zoomed).PathAndQuery);
        await DrawnAsync(other, "PT15M", series: 2);
        await RestsAsync(other, zoomed);
        Assert.Equal(await RangeAsync(visit), await RangeAsync(other));
        await Assertions.Expect(other.Page.GetByRole(AriaRole.Radio, new() { Name = "Humidity" })).ToBeCheckedAsync();
    }

    [Fact]
    public async Task The_keyboard_moves_zooms_and_reads_the_values()
    {
        var site = await demo.SiteAsync();
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync("/history?room=kitchen&period=7d");
        await DrawnAsync(visit, "PT15M", series: 1);
        var (from, to) = await RangeAsync(visit);
        var plot = visit.Page.GetByRole(AriaRole.Application);
        await plot.FocusAsync();

        await visit.Page.Keyboard.PressAsync("ArrowLeft");
        await Assertions.Expect(visit.Page.Locator(".spoken")).ToContainTextAsync("Kitchen");
        await Assertions.Expect(visit.Page.Locator(".readout")).ToContainTextAsync("°C");
        await visit.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(visit.Page.Locator(".readout")).ToBeHiddenAsync();

        await visit.Page.Keyboard.PressAsync("Shift+ArrowLeft");
        await visit.Page.WaitForURLAsync("**from=*");
        var (panned, _) = await RangeAsync(visit);
        Assert.InRange(panned, from - ((to - from) / 4) - 60_000, from - ((to - from) / 4) + 60_000);
        await visit.Page.Keyboard.PressAsync("+");
        await Eventually.TrueAsync(async () => await RangeAsync(visit) is var (f, t) && Math.Abs((t - f) - ((to - from) / 2)) < 1_000, "half of it is shown");
    }

    [Fact]
    public async Task A_drag_and_the_wheel_move_the_chart_and_the_crosshair_shows_all_values()
    {
        var site = await demo.SiteAsync();
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync("/history?period=7d");
        await DrawnAsync(visit, "PT15M", series: 6);
        var box = (await visit.Page.Locator(".plot").BoundingBoxAsync())!;
        var mouse = visit.Page.Mouse;

        await mouse.MoveAsync(box.X + box.Width * .6f, box.Y + box.Height / 2);
        await Assertions.Expect(visit.Page.Locator(".readout div")).ToHaveCountAsync(6);
        await Assertions.Expect(visit.Page.Locator(".readout div").First.Locator("b")).ToContainTextAsync("°C");
        // Not of each: the three readings of a quarter of an hour may be equal.
        await Assertions.Expect(visit.Page.Locator(".readout div small").Filter(new() { HasText = "–" }).First).ToBeVisibleAsync();

        var (from, _) = await RangeAsync(visit);
        await mouse.DownAsync();
        await mouse.MoveAsync(box.X + box.Width * .8f, box.Y + box.Height / 2, new() { Steps = 5 });
        await mouse.UpAsync();
        await visit.Page.WaitForURLAsync("**from=*");
        var (moved, end) = await RangeAsync(visit);
        Assert.True(moved < from - TimeSpan.FromHours(20).TotalMilliseconds, "What was before is shown");

        await visit.Page.Keyboard.DownAsync("Control");
        await mouse.WheelAsync(0, -300);
        await visit.Page.Keyboard.UpAsync("Control");
        await Eventually.TrueAsync(async () => await RangeAsync(visit) is var (f, t) && t - f < (end - moved) * .7, "less is shown");
        Assert.Equal(0, await visit.Page.EvaluateAsync<int>("window.scrollY"));
    }

    [Fact]
    public async Task A_gap_is_drawn_as_a_gap()
    {
        await using var site = await Site.StartAsync();
        var start = TimeProvider.System.GetUtcNow().AddHours(-3);
        var readings = Enumerable.Range(0, 180).Where(minute => minute is < 60 or > 100)
            .Select(minute => new { device_uid = "s1", ts = start.AddMinutes(minute).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), temperature = 20 + minute / 100.0, humidity = 40 });
        Assert.Equal(200, (await site.Http.PostAsync("/api/v1/readings", readings)).Status);
        await using var visit = await browser.VisitAsync(site.Address);

        await visit.OpenAsync("/history?device=s1&period=6h");
        await DrawnAsync(visit, "raw", series: 1);

        // The line breaks within the silence, and a shade lies over it: by the pixels of their columns.
        var (line, _, bare) = await ColumnAsync(visit, start.AddMinutes(30));
        var (gap, shade, _) = await ColumnAsync(visit, start.AddMinutes(80));
        Assert.InRange(line, 1, 40);
        Assert.Equal(0, gap);
        Assert.InRange(shade, 100, int.MaxValue);
        Assert.InRange(bare, 100, int.MaxValue);
        await Assertions.Expect(visit.Page.Locator("[data-summary] tbody td").Last).ToHaveTextAsync("1");
        Assert.Single((await site.Http.DataAsync("/api/v1/devices/s1/gaps")).AsArray());
    }

    [Fact]
    public async Task A_free_range_is_by_the_clock_of_the_viewer_and_days_are_theirs()
    {
        var site = await demo.SiteAsync();
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync("/history?room=kitchen");
        await DrawnAsync(visit, "PT15M", series: 1);

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "From … to …" }).ClickAsync();
        await visit.Page.GetByLabel("From", new() { Exact = true }).FillAsync("2026-01-31T00:00");
        await visit.Page.GetByLabel("To", new() { Exact = true }).FillAsync("2025-01-31T00:00");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Show", Exact = true }).ClickAsync();
        await Assertions.Expect(visit.Page.GetByText("The end must be a time after the beginning.")).ToBeVisibleAsync();
        await visit.Page.GetByLabel("From", new() { Exact = true }).FillAsync("2020-06-01T00:00");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Show", Exact = true }).ClickAsync();

        // Brussels is two hours ahead of UTC in June, one in January.
        await Assertions.Expect(visit.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex(@"from=2020-05-31T22:00:00\.000Z&to=2025-01-30T23:00:00\.000Z$"));
        await Assertions.Expect(visit.Page.GetByText("Nothing was measured in this time.")).ToBeVisibleAsync();

        await visit.OpenAsync("/history?room=kitchen&period=5y");
        await DrawnAsync(visit, "day", series: 1);
        var days = await visit.Page.EvaluateAsync<double[]>("document.querySelector('[data-chart]').chart.series[0].points.map(p => p.x)");
        // A day stands at its noon, which is 11 or 10 o'clock in UTC.
        Assert.NotEmpty(days);
        Assert.All(days, day => Assert.Contains(DateTimeOffset.FromUnixTimeMilliseconds((long)day).Hour, new[] { 10, 11 }));
    }

    [Theory]
    [InlineData(360, 740)]
    [InlineData(740, 360)]
    public async Task The_plot_is_seen_whole_on_a_phone_without_scrolling(int width, int height)
    {
        var site = await demo.SiteAsync();
        var phone = Screens.Phone();
        phone.ViewportSize = new() { Width = width, Height = height };
        await using var visit = await browser.VisitAsync(site.Address, phone);
        await visit.OpenAsync("/history");
        await DrawnAsync(visit, "PT15M", series: 6);

        var (plot, menu) = ((await visit.Page.Locator(".plot").BoundingBoxAsync())!, (await visit.Page.GetByRole(AriaRole.Navigation).First.BoundingBoxAsync())!);
        Assert.InRange(plot.Y + plot.Height, plot.Y + 120, menu.Y);
        await visit.FitsAsync();
        await visit.AccessibleAsync();
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Axe_finds_nothing_in_a_drawn_chart(ColorScheme scheme)
    {
        var site = await demo.SiteAsync();
        await using var visit = await browser.VisitAsync(site.Address, Screens.Desktop(scheme));
        await visit.OpenAsync("/history?period=7d");
        await DrawnAsync(visit, "PT15M", series: 6);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Show all values" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Application).FocusAsync();
        await visit.Page.Keyboard.PressAsync("ArrowLeft");

        await visit.AccessibleAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Rooms and sensors" }).ClickAsync();
        await visit.AccessibleAsync();
    }

    // Of the pixels above a moment: how many are coloured, shaded, and bare.
    private static async Task<(int Ink, int Shade, int Bare)> ColumnAsync(Visit visit, DateTimeOffset moment)
    {
        var counts = await visit.Page.EvaluateAsync<int[]>(
            """
            time => {
              const { canvas } = document.querySelector('[data-chart]').chart, scale = canvas.canvas.width / canvas.width();
              const d = canvas.context.getImageData(Math.round(canvas.xOf(time) * scale), 0, 1, canvas.canvas.height).data, counts = [0, 0, 0];
              for (let i = 0; i < d.length; i += 4) {
                const coloured = Math.max(d[i], d[i + 1], d[i + 2]) - Math.min(d[i], d[i + 1], d[i + 2]) > 60;
                counts[d[i + 3] > 100 && coloured ? 0 : d[i + 3] > 0 ? 1 : 2]++;
              }
              return counts;
            }
            """,
            moment.ToUnixTimeMilliseconds());
        return (counts[0], counts[1], counts[2]);
    }
}
