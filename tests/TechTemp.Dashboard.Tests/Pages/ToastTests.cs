namespace TechTemp.Dashboard.Tests.Pages;

/// <summary>The messages about what was just done.</summary>
public sealed class ToastTests(Browser browser)
{
    [Fact]
    public async Task A_failure_on_a_phone_covers_neither_what_was_pressed_nor_what_is_last()
    {
        await using var site = await Site.StartAsync();
        var now = TimeProvider.System.GetUtcNow();
        // The first is stored, and the others conflict with it.
        foreach (var humidity in new[] { 40, 41, 42, 43 })
        {
            await site.PublishAsync("s1", 20, humidity, now);
        }

        await using var dashboard = await HostProcess.StartHealthyAsync("clients/TechTemp.Dashboard", [KeyValuePair.Create("API_URL", site.Address)]);
        await using var visit = await browser.VisitAsync($"http://127.0.0.1:{dashboard.Settings["HTTP_PORT"]}", Screens.Phone());
        await visit.OpenAsync("/devices");
        var buttons = visit.Page.GetByRole(AriaRole.Button, new() { Name = "Try again" });
        await Assertions.Expect(buttons).ToHaveCountAsync(3);
        var pressed = buttons.First;
        // Where the message will be.
        await pressed.EvaluateAsync("e => e.scrollIntoView({ block: 'end' })");
        site.Host.Kill();
        await site.Host.ExitAsync();

        await pressed.ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".toast.bad")).ToBeVisibleAsync();

        await Eventually.TrueAsync(() => IsOnTopAsync(pressed), "what was pressed is seen");
        await visit.Page.EvaluateAsync("scrollTo(0, document.body.scrollHeight)");
        await Eventually.TrueAsync(() => IsOnTopAsync(buttons.Last), "the last button is seen");
        await visit.FitsAsync();
        await visit.AccessibleAsync();
        await visit.Page.Locator(".toast").GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".toast")).ToHaveCountAsync(0);
    }

    // At all four corners, a little inside: they are rounded.
    private static Task<bool> IsOnTopAsync(ILocator locator) => locator.EvaluateAsync<bool>(
        "e => { const r = e.getBoundingClientRect(); return [r.left + 6, r.right - 6].every(x => [r.top + 6, r.bottom - 6].every(y => e.contains(document.elementFromPoint(x, y)))); }");
}
