namespace TechTemp.Dashboard.Tests.Pages;

/// <summary>What is open above a page, looked at by axe: every dialog and every popover.</summary>
public sealed class OpenPartsTests(Browser browser, DemoSite demo)
{
    public static TheoryData<bool, ColorScheme, string> Looks => [.. Screens.Looks];

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Axe_finds_nothing_in_an_open_dialog(bool phone, ColorScheme scheme, string language)
    {
        var site = await demo.SiteAsync();
        await using var visit = await VisitAsync(site, phone, scheme, language);
        await visit.OpenAsync("/devices");
        var dialog = visit.Page.Locator("dialog[open]");

        // The first is "Add a device", the next are of a device and of a room.
        foreach (var opener in new[] { ".devices-head button", ".devices .actions button:nth-child(1)", ".devices .actions button:nth-child(2)", ".devices .actions button:nth-child(3)", ".devices .actions button:nth-child(4)", ".devices .actions button:nth-child(5)", ".roomlist button:nth-child(1)", ".roomlist button:nth-child(2)" })
        {
            await visit.Page.Locator(opener).First.ClickAsync();
            await Assertions.Expect(dialog.Locator("button[type=submit]")).ToBeVisibleAsync();
            await visit.FitsAsync();
            await visit.AccessibleAsync();
            await visit.Page.Keyboard.PressAsync("Escape");
            await Assertions.Expect(dialog).ToHaveCountAsync(0);
        }
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Axe_finds_nothing_in_an_open_popover(bool phone, ColorScheme scheme, string language)
    {
        var site = await demo.SiteAsync();
        await using var visit = await VisitAsync(site, phone, scheme, language);
        await visit.OpenAsync("/history");
        await visit.Page.Locator("[data-chart][data-series='6']").WaitForAsync();

        foreach (var opener in new[] { "settings", "range", "sources", "downloads" })
        {
            await visit.Page.Locator($"[popovertarget={opener}]").ClickAsync();
            await Assertions.Expect(visit.Page.Locator($"#{opener}")).ToBeVisibleAsync();
            await visit.FitsAsync();
            await visit.AccessibleAsync();
            await visit.Page.Keyboard.PressAsync("Escape");
            await Assertions.Expect(visit.Page.Locator($"#{opener}")).ToBeHiddenAsync();
        }
    }

    private Task<Visit> VisitAsync(Site site, bool phone, ColorScheme scheme, string language)
    {
        var screen = phone ? Screens.Phone(scheme) : Screens.Desktop(scheme);
        screen.Locale = language;
        return browser.VisitAsync(site.Address, screen);
    }
}
