namespace TechTemp.Dashboard.Tests;

/// <summary>
/// The pictures of the README, and of whoever looks at what a change does to the pages. They are written to <c>artifacts/screenshots</c>, or to the folder that the
/// environment variable SCREENSHOTS names.
/// </summary>
public sealed class ScreenshotTests(Browser browser, DemoSite demo)
{
    private static readonly string s_folder = Repository.File(Environment.GetEnvironmentVariable("SCREENSHOTS") is { Length: > 0 } folder ? folder : Path.Combine("artifacts", "screenshots"));

    [Theory]
    [InlineData("/", "rooms")]
    [InlineData("/history", "history")]
    [InlineData("/devices", "devices")]
    [InlineData("/system", "system")]
    public async Task A_screenshot_of_each_page_is_written(string path, string name)
    {
        var site = await demo.SiteAsync();
        Directory.CreateDirectory(s_folder);
        foreach (var (screen, options) in new[] { ("desktop", Screens.Desktop()), ("phone-dark", Screens.Phone(ColorScheme.Dark)) })
        {
            await using var visit = await browser.VisitAsync(site.Address, options);
            await visit.OpenAsync(path);
            await visit.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
            if (path == "/history")
            {
                await visit.Page.Locator("[data-chart][data-series='6']").WaitForAsync();
            }

            var file = Path.Combine(s_folder, $"{name}-{screen}.png");

            await visit.Page.ScreenshotAsync(new() { Path = file, Animations = ScreenshotAnimations.Disabled });

            Assert.True(new FileInfo(file).Length > 5_000);
        }
    }
}
