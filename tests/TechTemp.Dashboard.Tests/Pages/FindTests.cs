using System.Text.RegularExpressions;

namespace TechTemp.Dashboard.Tests.Pages;

/// <summary>Searching, ordering and filtering; rooms with several sensors.</summary>
public sealed class FindTests(Browser browser, DemoSite demo)
{
    [Fact]
    public async Task A_room_is_one_card_that_holds_its_sensors()
    {
        await using var site = await Site.StartAsync();
        await site.PlaceAsync("s1", "Salon", 20, 40);
        await site.PlaceAsync("s2", "Salon", 22, 50);
        await site.PlaceAsync("k1", "Kitchen", 18, 60);
        await using var visit = await browser.VisitAsync(site.Address, Screens.Phone());
        await visit.OpenAsync("/");

        await Assertions.Expect(visit.Page.Locator(".room h2")).ToHaveTextAsync(["Kitchen", "Salon"]);
        var salon = visit.Page.Locator("[data-room=salon]");
        await Assertions.Expect(salon.Locator(".temperature b")).ToHaveTextAsync("21.0");
        await Assertions.Expect(salon.Locator("[data-device=s2]")).ToContainTextAsync("22.0 °C");
        await visit.FitsAsync();
        await visit.AccessibleAsync();

        await site.PublishAsync("s2", 24, 50);
        await Assertions.Expect(salon.Locator("[data-device=s2]")).ToContainTextAsync("24.0 °C");
        await Assertions.Expect(salon.Locator(".temperature b")).ToHaveTextAsync("22.0");
    }

    [Theory]
    [InlineData("/", ".room h2")]
    [InlineData("/devices", "[data-device] h3")]
    public async Task A_search_is_in_the_address_and_finds_by_words(string path, string names)
    {
        var site = await demo.SiteAsync();
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync(path);
        Assert.Equal(6, await visit.Page.Locator(names).CountAsync());

        await visit.Page.GetByRole(AriaRole.Searchbox).PressSequentiallyAsync("kitch");

        await Assertions.Expect(visit.Page.Locator(names)).ToHaveCountAsync(1);
        await visit.Page.WaitForURLAsync("**?search=kitch");
        // Whoever types goes on typing.
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Searchbox)).ToBeFocusedAsync();
        await Assertions.Expect(visit.Page.GetByText("1 of 6 found")).ToBeVisibleAsync();
        await visit.AccessibleAsync();
        await using var other = await browser.VisitAsync(site.Address);
        await other.OpenAsync(new Uri(visit.Page.Url).PathAndQuery);
        Assert.Equal(1, await other.Page.Locator(names).CountAsync());
        await Assertions.Expect(other.Page.GetByRole(AriaRole.Searchbox)).ToHaveValueAsync("kitch");

        await visit.Page.GetByRole(AriaRole.Searchbox).FillAsync("nobody");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Nothing found" })).ToBeVisibleAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Show all" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(names)).ToHaveCountAsync(6);
    }

    [Fact]
    public async Task Rooms_are_ordered_and_filtered_and_the_order_is_in_the_address()
    {
        await using var site = await Site.StartAsync();
        var old = TimeProvider.System.GetUtcNow().AddHours(-3);
        foreach (var (device, room, temperature, humidity) in new[] { ("a1", "Attic", 25.0, 30.0), ("b1", "Bath", 22.0, 70.0), ("c1", "Cellar", 13.0, 65.0) })
        {
            await site.PlaceAsync(device, room, temperature, humidity);
        }

        Assert.Equal(201, (await site.Http.PostAsync("/api/v1/devices", new { device_uid = "d1", room_name = "Den", home = "other" })).Status);
        Assert.Equal(200, (await site.Http.PostAsync("/api/v1/readings", new { device_uid = "d1", ts = old.ToString("O"), temperature = 19, humidity = 45 })).Status);
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync("/");
        var rooms = visit.Page.Locator(".room h2");

        foreach (var (sort, expected) in new[]
        {
            ("Temperature", new[] { "Cellar", "Den", "Bath", "Attic" }),
            ("Humidity", ["Attic", "Den", "Cellar", "Bath"]),
            ("Status", ["Den", "Attic", "Bath", "Cellar"]),
        })
        {
            await visit.Page.GetByLabel("Sort by").SelectOptionAsync(new SelectOptionValue { Label = sort });
            await Assertions.Expect(rooms).ToHaveTextAsync(expected);
            await visit.Page.WaitForURLAsync($"**?sort={sort.ToLowerInvariant()}");
        }

        await visit.Page.GetByLabel("Sort by").SelectOptionAsync(new SelectOptionValue { Label = "Age" });
        await Assertions.Expect(rooms.Last).ToHaveTextAsync("Den");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Reverse the order" }).ClickAsync();
        await Assertions.Expect(rooms.First).ToHaveTextAsync("Den");
        await visit.Page.WaitForURLAsync("**?sort=age&order=desc");

        await visit.Page.GetByLabel("Status").SelectOptionAsync(new SelectOptionValue { Label = "Offline" });
        await Assertions.Expect(rooms).ToHaveTextAsync(["Den"]);
        await visit.Page.GetByLabel("Status").SelectOptionAsync(new SelectOptionValue { Label = "Every status" });
        await visit.Page.GetByLabel("Home").SelectOptionAsync("other");
        await Assertions.Expect(rooms).ToHaveTextAsync(["Den"]);
        await visit.Page.GetByLabel("Home").SelectOptionAsync(new SelectOptionValue { Label = "Every home" });
        await visit.Page.GetByRole(AriaRole.Combobox, new() { Name = "Room", Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = "Bath" });
        await Assertions.Expect(rooms).ToHaveTextAsync(["Bath"]);
    }

    [Fact]
    public async Task The_system_page_counts_lead_to_the_devices_they_count()
    {
        await using var site = await Site.StartAsync();
        await site.PlaceAsync("on", "Salon", 20, 40);
        Assert.Equal(201, (await site.Http.PostAsync("/api/v1/devices", new { device_uid = "never", room_name = "Attic" })).Status);
        await site.PublishAsync("on", 20, 140);
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync("/system");

        await visit.Page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex("Never seen") }).ClickAsync();

        await visit.Page.WaitForURLAsync("**/devices?status=never");
        await Assertions.Expect(visit.Page.Locator("li[data-device]")).ToHaveCountAsync(1);
        await Assertions.Expect(visit.Page.Locator("[data-device=never]")).ToBeVisibleAsync();

        await visit.OpenAsync("/system");
        await visit.Page.GetByRole(AriaRole.Row, new() { Name = "Out of range" }).GetByRole(AriaRole.Link).ClickAsync();
        await visit.Page.WaitForURLAsync("**/devices?reason=out-of-range#rejected");
        await Assertions.Expect(visit.Page.GetByLabel("Reason", new() { Exact = true })).ToHaveValueAsync("out-of-range");
        await Assertions.Expect(visit.Page.Locator("[data-rejected]")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task The_picker_of_the_history_is_searched_and_what_is_looked_for_is_in_the_address()
    {
        var site = await demo.SiteAsync();
        await using var visit = await browser.VisitAsync(site.Address, Screens.Phone());
        await visit.OpenAsync("/history?room=kitchen");
        await Assertions.Expect(visit.Page.Locator("[data-chart][data-series='1']")).ToBeAttachedAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Rooms and sensors" }).ClickAsync();
        var picker = visit.Page.GetByRole(AriaRole.Group, new() { Name = "Rooms and sensors" });
        Assert.Equal(12, await picker.GetByRole(AriaRole.Checkbox).CountAsync());

        await picker.GetByRole(AriaRole.Searchbox).PressSequentiallyAsync("bed");

        await Assertions.Expect(picker.GetByRole(AriaRole.Checkbox)).ToHaveCountAsync(2);
        await visit.Page.WaitForURLAsync("**/history?room=kitchen&find-search=bed");
        await visit.FitsAsync();
        await visit.AccessibleAsync();
        await picker.GetByRole(AriaRole.Checkbox).First.CheckAsync();
        await Assertions.Expect(visit.Page.Locator(".chips li")).ToHaveTextAsync(["Bedroom", "Kitchen"]);
        Assert.Contains("find-search=bed", visit.Page.Url, StringComparison.Ordinal);
    }
}
