using System.Globalization;

namespace TechTemp.Dashboard.Tests.Pages;

/// <summary>What is comfortable in one room is not in another.</summary>
public sealed class ComfortTests(Browser browser)
{
    [Fact]
    public async Task A_cellar_has_limits_of_its_own()
    {
        await using var site = await Site.StartAsync();
        await site.PlaceAsync("s1", "Cellar", 13.6, 60);
        await using var visit = await browser.VisitAsync(site.Address, Screens.Phone());
        await visit.OpenAsync("/");
        await Assertions.Expect(visit.Page.Locator("[data-device=s1] .tag")).ToHaveTextAsync("Cool");
        await visit.OpenAsync("/devices");

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Edit Cellar" }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "Edit Cellar" });
        await visit.FitsAsync();
        await visit.AccessibleAsync();
        // In words, where the API refuses.
        await dialog.GetByLabel("Temperature from").FillAsync("16");
        await dialog.GetByLabel("Temperature up to").FillAsync("8");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(dialog.GetByText("Must be above the lower limit.")).ToBeVisibleAsync();
        await visit.AccessibleAsync();
        await dialog.GetByLabel("Temperature from").FillAsync("8");
        await dialog.GetByLabel("Temperature up to").FillAsync("16");
        await dialog.GetByLabel("Humidity up to").FillAsync("80");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(dialog).ToHaveCountAsync(0);

        var comfort = (await site.Http.DataAsync("/api/v1/rooms/cellar"))["comfort"]!;
        Assert.Equal((8, 16, null, 80), ((double?)comfort["temperature_min"], (double?)comfort["temperature_max"], (double?)comfort["humidity_min"], (double?)comfort["humidity_max"]));
        await visit.Page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = "Rooms" }).ClickAsync();
        var word = visit.Page.Locator("[data-device=s1] .tag");
        await Assertions.Expect(word).ToHaveTextAsync("Comfortable");
        await word.TapAsync();
        await Assertions.Expect(visit.Page.Locator(".explanation:popover-open")).ToHaveTextAsync("Comfortable in this room: 8.0 °C to 16.0 °C, humidity 30 % to 80 %.");
        await site.PublishAsync("s1", 17, 60);
        await Assertions.Expect(word).ToHaveTextAsync("Too warm");
    }

    [Fact]
    public async Task Limits_are_written_in_the_viewers_unit_and_cleared_by_an_empty_field()
    {
        await using var site = await Site.StartAsync();
        await site.PlaceAsync("s1", "Cellar", 13.6, 60);
        Assert.Equal(200, (await site.Http.PutAsync("/api/v1/rooms/cellar", """{"comfort":{"temperature_min":8.123,"temperature_max":16}}""")).Status);
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync("/devices");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Appearance and language" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Radio, new() { Name = "°F" }).CheckAsync();
        await visit.Page.Keyboard.PressAsync("Escape");

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Edit Cellar" }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "Edit Cellar" });
        await Assertions.Expect(dialog.GetByLabel("Temperature up to, °F")).ToHaveValueAsync(60.8.ToString(CultureInfo.InvariantCulture));
        await dialog.GetByLabel("Temperature up to, °F").FillAsync("");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(dialog).ToHaveCountAsync(0);

        // What was not touched is not rounded to what was shown.
        var comfort = (await site.Http.DataAsync("/api/v1/rooms/cellar"))["comfort"]!;
        Assert.Equal((8.123, null), ((double?)comfort["temperature_min"], (double?)comfort["temperature_max"]));
    }
}
