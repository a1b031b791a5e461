using System.Text.RegularExpressions;

namespace TechTemp.Dashboard.Tests.Pages;

/// <summary>The page for whoever runs it.</summary>
public sealed class SystemTests(Browser browser)
{
    [Fact]
    public async Task It_shows_health_figures_and_what_was_refused()
    {
        await using var site = await Site.StartAsync();
        await site.PublishAsync("s1", 20, 40);
        await site.PublishAsync("s1", 99, 140);
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync("/system");

        await Assertions.Expect(visit.Page.Locator("[data-check=Store]")).ToHaveTextAsync("StoreWorks");
        await Assertions.Expect(visit.Page.Locator("[data-check=Broker]")).ToHaveTextAsync("BrokerWorks (built in)");
        await Assertions.Expect(Card(visit, "Readings per minute").Locator(".figure")).ToHaveTextAsync("0.2");
        await Assertions.Expect(Card(visit, "Devices")).ToContainTextAsync("Online1");
        await Assertions.Expect(Card(visit, "Backlog").Locator("dt").First).ToContainTextAsync("In flight");
        await Assertions.Expect(Card(visit, "Backlog").Locator("dd").First).ToHaveTextAsync("0");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Row, new() { Name = "Out of range" })).ToContainTextAsync("out-of-range");
        await visit.AccessibleAsync();

        // It follows by itself.
        await site.PublishAsync("s2", 20, 40);
        await Assertions.Expect(Card(visit, "Devices")).ToContainTextAsync("Online2", new() { Timeout = 30_000 });
    }

    [Fact]
    public async Task It_shows_how_far_sealing_is_while_there_is_something_to_seal()
    {
        await using var site = await Site.StartAsync();
        var today = TimeProvider.System.GetUtcNow().UtcDateTime.Date;
        await site.PublishAsync("s1", 20, 40);
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync("/system");
        await Assertions.Expect(Card(visit, "Devices")).ToContainTextAsync("Online1");
        await Assertions.Expect(Card(visit, "Sealing")).ToHaveCountAsync(0);

        // They are sealed when ingest looks the next time, in ten minutes.
        await site.PublishAsync("s1", 20, 40, today.AddDays(-9));
        await site.PublishAsync("s1", 20, 40, today.AddDays(-6));
        await Assertions.Expect(Card(visit, "Sealing").Locator("dd").First).ToHaveTextAsync(new Regex("^[67] of [89]$"), new() { Timeout = 30_000 });
        await visit.AccessibleAsync();
    }

    private static ILocator Card(Visit visit, string title) =>
        visit.Page.Locator("section.card").Filter(new() { Has = visit.Page.GetByRole(AriaRole.Heading, new() { Name = title, Exact = true }) });
}
