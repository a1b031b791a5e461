using System.Globalization;

namespace TechTemp.Dashboard.Tests.Pages;

/// <summary>What is put right through the page Devices: rejected messages, bad readings, the names of rooms.</summary>
public sealed class DevicesRepairTests(Browser browser)
{
    [Fact]
    public async Task A_rejected_message_says_why_and_is_stored_once_its_cause_is_gone()
    {
        await using var site = await Site.StartAsync();
        var ts = TimeProvider.System.GetUtcNow().AddMinutes(-5);
        await site.PublishAsync("s1", 20, 40, ts);
        await site.PublishAsync("s1", 25, 40, ts);
        await site.PublishAsync("s1", 20, 140);
        await using var visit = await browser.VisitAsync(site.Address, Screens.Phone());
        await visit.OpenAsync("/devices");
        var messages = visit.Page.Locator("[data-rejected]");
        await Assertions.Expect(messages).ToHaveCountAsync(2);
        await messages.First.Locator("summary").ClickAsync();
        await Assertions.Expect(messages.First.Locator("pre")).ToContainTextAsync("\"humidity_pct\":140");
        await visit.FitsAsync();
        await visit.AccessibleAsync();

        await visit.Page.GetByLabel("Reason").SelectOptionAsync("conflict");
        await Assertions.Expect(messages).ToHaveCountAsync(1);
        await messages.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Assertions.Expect(visit.Page.GetByText("Refused again: Another value for the same time.")).ToBeVisibleAsync();
        var range = Uri.EscapeDataString(ts.AddSeconds(-1).ToString("O", CultureInfo.InvariantCulture));
        Assert.Equal(200, (await site.Http.DeleteAsync($"/api/v1/devices/s1/readings?from={range}&to={Uri.EscapeDataString(ts.AddSeconds(1).ToString("O", CultureInfo.InvariantCulture))}")).Status);
        // What is said goes away again: somebody looks before it comes.
        var said = visit.Page.GetByText("The message is stored.").WaitForAsync();
        await messages.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();

        await said;
        await Assertions.Expect(messages).ToHaveCountAsync(0);
        // Of the message whose humidity was refused, the temperature was stored.
        var readings = (await site.Http.DataAsync("/api/v1/devices/s1/readings")).AsArray();
        Assert.Equal([(20.0, null), (25.0, 40.0)], readings.Select(r => ((double)r!["temperature"]!, (double?)r["humidity"])));
    }

    [Fact]
    public async Task A_message_that_is_wrong_in_itself_can_only_be_discarded()
    {
        await using var site = await Site.StartAsync();
        var ts = TimeProvider.System.GetUtcNow().AddMinutes(-5);
        await site.PublishAsync("s1", 20, 40, ts);
        await site.PublishAsync("s1", 25, 40, ts);
        await site.PublishAsync("s1", 20, 140);
        await site.PublishAsync("s1", 20, 150);
        await site.PublishAsync("s1", 20, 160);
        await using var visit = await browser.VisitAsync(site.Address, Screens.Phone());
        await visit.OpenAsync("/devices");
        var messages = visit.Page.Locator("[data-rejected]");
        await Assertions.Expect(messages).ToHaveCountAsync(4);
        // Only the conflict can be resolved.
        await Assertions.Expect(messages.GetByRole(AriaRole.Button, new() { Name = "Try again" })).ToHaveCountAsync(1);

        await messages.First.GetByRole(AriaRole.Button, new() { Name = "Discard" }).ClickAsync();
        await Assertions.Expect(messages).ToHaveCountAsync(3);
        await visit.Page.GetByLabel("Reason").SelectOptionAsync("out-of-range");
        await Assertions.Expect(messages).ToHaveCountAsync(2);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Discard all: Out of range" }).ClickAsync();
        await visit.AccessibleAsync();
        Assert.Equal(3, (await site.Http.DataAsync("/api/v1/rejected")).AsArray().Count);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Press again to discard all for good" }).ClickAsync();

        await Assertions.Expect(messages).ToHaveCountAsync(0);
        Assert.Equal("conflict", (string?)Assert.Single((await site.Http.DataAsync("/api/v1/rejected")).AsArray())!["reason"]);
    }

    [Fact]
    public async Task Bad_readings_are_removed_after_a_preview()
    {
        await using var site = await Site.StartAsync();
        var now = TimeProvider.System.GetUtcNow();
        await site.PlaceAsync("s1", "Salon", 20, 40);
        var bad = DateTimeOffset.FromUnixTimeSeconds(now.AddHours(-2).ToUnixTimeSeconds());
        foreach (var (seconds, temperature) in new[] { (-60, 20.0), (0, 84.0), (10, 83.0), (60, 20.5) })
        {
            await site.PublishAsync("s1", temperature, 40, bad.AddSeconds(seconds));
        }

        await using var visit = await browser.VisitAsync(site.Address, Screens.Phone());
        await visit.OpenAsync($"/devices?remove=s1&from={bad:yyyy-MM-dd'T'HH:mm:ss'Z'}&to={bad.AddSeconds(20):yyyy-MM-dd'T'HH:mm:ss'Z'}");
        var dialog = visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "Remove readings of s1" });
        await Assertions.Expect(dialog.Locator("[data-preview] strong")).ToHaveTextAsync("2 readings");
        await Assertions.Expect(dialog.Locator("[data-preview] li")).ToHaveCountAsync(2);
        await Assertions.Expect(dialog.Locator("[data-preview] li").First).ToContainTextAsync("83.0 °C");
        await Assertions.Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Remove", Exact = true })).ToBeDisabledAsync();
        await visit.FitsAsync();
        await visit.AccessibleAsync();
        Assert.Equal(5, (await site.Http.DataAsync("/api/v1/devices/s1/readings?limit=100")).AsArray().Count);

        await dialog.GetByLabel("Remove them for good").CheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Remove", Exact = true }).ClickAsync();

        await Assertions.Expect(dialog).ToHaveCountAsync(0);
        var left = (await site.Http.DataAsync("/api/v1/devices/s1/readings?limit=100")).AsArray();
        Assert.Equal([20, 20.5, 20], left.Select(r => (double)r!["temperature"]!));
    }

    [Fact]
    public async Task Rooms_are_renamed_merged_and_deleted()
    {
        await using var site = await Site.StartAsync();
        await site.PlaceAsync("s1", "Salon", 20, 40);
        await site.PlaceAsync("s2", "Sallon", 21, 41);
        Assert.Equal(201, (await site.Http.PostAsync("/api/v1/rooms", new { name = "Unused" })).Status);
        await using var visit = await browser.VisitAsync(site.Address, Screens.Phone());
        await visit.OpenAsync("/devices");
        await Assertions.Expect(visit.Page.Locator("[data-roomrow]")).ToHaveCountAsync(3);
        await visit.FitsAsync();
        await visit.AccessibleAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Merge Sallon into another room" }).ClickAsync();
        await dialog.GetByLabel("Into which room").FillAsync("Nowhere");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Merge", Exact = true }).ClickAsync();
        await Assertions.Expect(dialog.GetByText("Choose a room that exists.")).ToBeVisibleAsync();
        await dialog.GetByLabel("Into which room").FillAsync("salon");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Merge", Exact = true }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-roomrow]")).ToHaveCountAsync(2);
        await Assertions.Expect(visit.Page.Locator("[data-device=s2]")).ToContainTextAsync("Salon");

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Edit Salon" }).ClickAsync();
        await dialog.GetByLabel("Name").FillAsync("Living room");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-device=s2]")).ToContainTextAsync("Living room");

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Delete Unused" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-roomrow]")).ToHaveCountAsync(1);
        Assert.Equal("Living room", (string?)Assert.Single((await site.Http.DataAsync("/api/v1/rooms")).AsArray())!["name"]);
        Assert.Equal(2, (await site.Http.DataAsync("/api/v1/rooms/salon/readings?limit=100")).AsArray().Count);
    }
}
