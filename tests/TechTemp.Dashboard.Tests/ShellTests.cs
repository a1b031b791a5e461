namespace TechTemp.Dashboard.Tests;

/// <summary>What every page has.</summary>
public sealed class ShellTests(Browser browser, DemoSite demo)
{
    [Theory]
    [InlineData("/", "Rooms")]
    [InlineData("/history", "History")]
    [InlineData("/devices", "Devices")]
    [InlineData("/system", "System")]
    public async Task Every_page_opens_and_has_no_serious_problem_of_accessibility(string path, string title)
    {
        var site = await demo.SiteAsync();
        await using var visit = await browser.VisitAsync(site.Address);

        await visit.OpenAsync(path);

        Assert.Equal($"{title} · TechTemp", await visit.Page.TitleAsync());
        await visit.AccessibleAsync();
    }
}
