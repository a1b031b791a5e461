namespace TechTemp.Dashboard.Tests.Pages;

/// <summary>Explanations: for a finger and a key as well as for a mouse.</summary>
public sealed class HintTests(Browser browser, DemoSite demo)
{
    [Fact]
    public async Task A_finger_opens_an_explanation_beside_its_word()
    {
        var site = await demo.SiteAsync();
        await using var visit = await browser.VisitAsync(site.Address, Screens.Phone(ColorScheme.Dark));
        await visit.OpenAsync("/");
        var kitchen = visit.Page.Locator("[data-device=demo-kitchen]");

        foreach (var (word, text) in new[] { (".derived .hint", "How warm it feels"), (".hint.tag", "Comfortable in this room"), (".hint:has(.age)", "202"), (".hint.trend", "within the last hour") })
        {
            await kitchen.Locator(word).TapAsync();
            var explanation = visit.Page.Locator(".explanation:popover-open");
            await Assertions.Expect(explanation).ToContainTextAsync(text);
            // Beside the word, and on the screen.
            var (said, place) = ((await explanation.BoundingBoxAsync())!, (await kitchen.Locator(word).BoundingBoxAsync())!);
            Assert.InRange(said.X, 0, 360 - said.Width);
            Assert.InRange(Math.Min(Math.Abs(said.Y - place.Y - place.Height), Math.Abs(place.Y - said.Y - said.Height)), 0, 20);
            await visit.FitsAsync();
            await visit.AccessibleAsync();
            await visit.Page.Keyboard.PressAsync("Escape");
        }

        Assert.Equal("/", new Uri(visit.Page.Url).AbsolutePath);
    }

    [Fact]
    public async Task A_key_opens_and_closes_an_explanation()
    {
        var site = await demo.SiteAsync();
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync("/system");
        var hint = visit.Page.GetByRole(AriaRole.Button, new() { Name = "Explain: Missing numbers" });
        await hint.FocusAsync();

        await visit.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.Page.Locator(".explanation:popover-open")).ToContainTextAsync("devices with a counter");
        await visit.AccessibleAsync();
        await visit.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(visit.Page.Locator(".explanation:popover-open")).ToHaveCountAsync(0);
        await Assertions.Expect(hint).ToBeFocusedAsync();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/history")]
    [InlineData("/devices")]
    [InlineData("/system")]
    public async Task No_title_says_more_than_the_name_of_its_element(string path)
    {
        var site = await demo.SiteAsync();
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync(path);

        Assert.Empty(await visit.Page.EvaluateAsync<string[]>("[...document.body.querySelectorAll('[title]')].filter(e => e.title !== e.getAttribute('aria-label')).map(e => e.outerHTML)"));
    }
}
