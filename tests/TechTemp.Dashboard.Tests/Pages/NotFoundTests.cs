namespace TechTemp.Dashboard.Tests.Pages;

/// <summary>Addresses that lead nowhere.</summary>
public sealed class NotFoundTests(Browser browser, DemoSite demo)
{
    [Theory]
    [InlineData("en-GB", "There is no such page", "Go to the rooms", "Rooms")]
    [InlineData("fr-BE", "Cette page n’existe pas", "Aller aux pièces", "Pièces")]
    public async Task An_unknown_address_has_a_page_that_leads_back(string language, string title, string link, string rooms)
    {
        var site = await demo.SiteAsync();
        var screen = Screens.Phone();
        screen.Locale = language;
        await using var visit = await browser.VisitAsync(site.Address, screen);
        // The browser's console says what the status is.
        visit.ErrorsExpected = true;

        var answer = await visit.Page.GotoAsync("/no/such/page");
        await visit.LiveAsync();

        Assert.Equal(404, answer!.Status);
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(title);
        Assert.EndsWith("/no/such/page", visit.Page.Url, StringComparison.Ordinal);
        await visit.FitsAsync();
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = link }).ClickAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(rooms);
    }

    [Theory]
    [InlineData("/no/such/page", "text/html", "text/html; charset=utf-8")]
    [InlineData("/no/such/page", "*/*", "application/problem+json")]
    [InlineData("/api/v1/nothing", "text/html", "application/problem+json")]
    [InlineData("/api/v1/devices/nobody", "text/html", "application/problem+json")]
    public async Task Who_asks_for_a_page_gets_one_and_who_asks_for_data_gets_a_problem(string path, string accept, string type)
    {
        var site = await demo.SiteAsync();

        var answer = await site.Http.GetAsync(path, ("Accept", accept));

        Assert.Equal((404, type), (answer.Status, answer.Header("Content-Type")));
    }

    [Fact]
    public async Task It_leads_back_under_a_path_base_too()
    {
        await using var site = await Site.StartAsync("--Http:PathBase=/techtemp");
        await using var visit = await browser.VisitAsync(site.Address);
        visit.ErrorsExpected = true;

        var answer = await visit.Page.GotoAsync("/techtemp/no/such/page");
        await visit.LiveAsync();

        Assert.Equal(404, answer!.Status);
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Go to the rooms" }).ClickAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Rooms");
        Assert.Equal("/techtemp/", new Uri(visit.Page.Url).AbsolutePath);
    }
}
