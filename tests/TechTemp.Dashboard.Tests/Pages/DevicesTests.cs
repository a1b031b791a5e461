using System.Globalization;

namespace TechTemp.Dashboard.Tests.Pages;

/// <summary>What is done with devices through the page, seen in the API.</summary>
public sealed class DevicesTests(Browser browser, DemoSite demo)
{
    [Fact]
    public async Task A_discovered_sensor_waits_on_top_and_gets_its_place()
    {
        await using var site = await Site.StartAsync();
        await using var visit = await browser.VisitAsync(site.Address, Screens.Phone());
        await visit.OpenAsync("/devices");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "No device yet" })).ToBeVisibleAsync();
        await visit.AccessibleAsync();

        await site.PublishAsync("new-one", 19.5, 55);
        var waiting = visit.Page.Locator("[data-waiting=new-one]");
        await Assertions.Expect(waiting).ToContainTextAsync("19.5 °C");
        await visit.FitsAsync();
        await visit.AccessibleAsync();

        await waiting.GetByRole(AriaRole.Button, new() { Name = "Give it a place" }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await visit.AccessibleAsync();
        // What the API says about a field stands at the field.
        await dialog.GetByLabel("Name").FillAsync(new string('x', 101));
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Give it a place" }).ClickAsync();
        await Assertions.Expect(dialog.GetByLabel("Name")).ToHaveAttributeAsync("aria-invalid", "true");
        await Assertions.Expect(dialog.GetByLabel("Room", new() { Exact = true })).ToHaveAttributeAsync("aria-invalid", "true");
        await visit.AccessibleAsync();
        await dialog.GetByLabel("Room", new() { Exact = true }).FillAsync("Winter garden");
        await dialog.GetByLabel("Name").FillAsync("By the window");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Give it a place" }).ClickAsync();

        await Assertions.Expect(visit.Page.Locator("[data-device=new-one] h3")).ToHaveTextAsync("By the window");
        await Assertions.Expect(visit.Page.Locator("[data-waiting]")).ToHaveCountAsync(0);
        var device = await site.Http.DataAsync("/api/v1/devices/new-one");
        Assert.Equal((true, "By the window", "Winter garden"), ((bool)device["provisioned"]!, (string?)device["label"], (string?)device["room"]!["name"]));
    }

    [Fact]
    public async Task A_device_that_has_not_been_seen_is_added_by_its_id()
    {
        await using var site = await Site.StartAsync();
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync("/devices");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Add a device" }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Device id").FillAsync("not an id");
        await dialog.GetByLabel("Room", new() { Exact = true }).FillAsync("Attic");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Give it a place" }).ClickAsync();
        await Assertions.Expect(dialog.GetByText("Must be 1 to 50 of the characters")).ToBeVisibleAsync();

        await dialog.GetByLabel("Device id").FillAsync("sensor-9");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Give it a place" }).ClickAsync();

        await Assertions.Expect(visit.Page.Locator("[data-device=sensor-9]")).ToContainTextAsync("Never seen");
        Assert.Equal("Attic", (string?)(await site.Http.DataAsync("/api/v1/devices/sensor-9"))["room"]!["name"]);
    }

    [Fact]
    public async Task A_device_is_renamed_by_the_keyboard_alone()
    {
        await using var site = await Site.StartAsync();
        await site.PlaceAsync("s1", "Salon", 20, 40);
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync("/devices");
        var rename = visit.Page.GetByRole(AriaRole.Button, new() { Name = "Rename s1" });
        for (var press = 0; press < 30 && !await rename.EvaluateAsync<bool>("e => e === document.activeElement"); press++)
        {
            await visit.Page.Keyboard.PressAsync("Tab");
        }

        await visit.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Dialog).GetByLabel("Name")).ToBeVisibleAsync();
        await visit.Page.GetByRole(AriaRole.Dialog).GetByLabel("Name").FocusAsync();
        await visit.Page.Keyboard.PressAsync("Control+A");
        await visit.Page.Keyboard.TypeAsync("Über dem Sofa");
        await visit.Page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(visit.Page.Locator("[data-device=s1] h3")).ToHaveTextAsync("Über dem Sofa");
        Assert.Equal("Über dem Sofa", (string?)(await site.Http.DataAsync("/api/v1/devices/s1"))["label"]);
        Assert.Equal("Salon", (string?)(await site.Http.DataAsync("/api/v1/devices/s1"))["room"]!["name"]);
    }

    [Fact]
    public async Task A_move_shows_which_readings_it_takes_along_before_it_is_done()
    {
        await using var site = await Site.StartAsync();
        var now = TimeProvider.System.GetUtcNow();
        // Provisioning places a device from now on; it moves back to before its readings.
        await site.PlaceAsync("s1", "Salon", 20, 40);
        Assert.Equal(200, (await site.Http.PutAsync("/api/v1/devices/s1", new { room_uid = "salon", moved_at = now.AddDays(-10) })).Status);
        var moved = DateTimeOffset.FromUnixTimeSeconds(now.AddHours(-4).ToUnixTimeSeconds() / 60 * 60);
        foreach (var minutes in new[] { -30, -1, 0, 10, 20 })
        {
            Assert.Equal(200, (await site.Http.PostAsync("/api/v1/readings", new { device_uid = "s1", ts = moved.AddMinutes(minutes).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), temperature = 20, humidity = 40 })).Status);
        }

        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync("/devices");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Move s1" }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Where it is now").FillAsync("Kitchen");
        await dialog.GetByLabel("Since when").FillAsync(LocalText(moved));

        // Three after the move, and the one of now.
        await Assertions.Expect(dialog.Locator("[data-preview] strong")).ToHaveTextAsync("4 readings");
        await Assertions.Expect(dialog.Locator("[data-preview] li")).ToContainTextAsync("Salon → Kitchen");
        await visit.AccessibleAsync();
        Assert.Equal("Salon", (string?)(await site.Http.DataAsync("/api/v1/devices/s1"))["room"]!["name"]);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Move", Exact = true }).ClickAsync();

        await Assertions.Expect(visit.Page.Locator("[data-device=s1]")).ToContainTextAsync("Kitchen");
        var stays = (await site.Http.DataAsync("/api/v1/devices/s1/placements")).AsArray();
        Assert.Equal(["Kitchen", "Salon"], stays.Select(s => (string?)s!["room"]!["name"]));
        Assert.Equal(moved, DateTimeOffset.Parse((string)stays[0]!["from"]!, CultureInfo.InvariantCulture));
        Assert.Equal(4, (await site.Http.DataAsync("/api/v1/rooms/kitchen/readings?limit=100")).AsArray().Count);
        Assert.Equal(2, (await site.Http.DataAsync("/api/v1/rooms/salon/readings?limit=100")).AsArray().Count);
    }

    [Fact]
    public async Task A_move_into_the_future_is_refused_at_its_field()
    {
        await using var site = await Site.StartAsync();
        await site.PlaceAsync("s1", "Salon", 20, 40);
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync("/devices");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Move s1" }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Where it is now").FillAsync("Kitchen");
        await dialog.GetByLabel("Since when").FillAsync(LocalText(TimeProvider.System.GetUtcNow().AddDays(2)));

        await dialog.GetByRole(AriaRole.Button, new() { Name = "Move", Exact = true }).ClickAsync();

        await Assertions.Expect(dialog.GetByText("Must not be in the future, nor before 2000.")).ToBeVisibleAsync();
        Assert.Single((await site.Http.DataAsync("/api/v1/devices/s1/placements")).AsArray());
    }

    [Fact]
    public async Task Offsets_are_added_in_the_viewers_unit_listed_and_removed()
    {
        await using var site = await Site.StartAsync();
        await site.PlaceAsync("s1", "Salon", 20, 40);
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync("/devices");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Appearance and language" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Radio, new() { Name = "°F" }).CheckAsync();
        await visit.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(visit.Page.Locator("[data-device=s1] .latest")).ToContainTextAsync("68.0 °F");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Calibrate s1" }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add an offset" }).ClickAsync();
        await dialog.GetByLabel("Add to temperature, °F").FillAsync("90");
        await dialog.GetByLabel("Add to humidity, %").FillAsync("-2.5");
        await visit.AccessibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(dialog.GetByText("Must be from −36.0 °F to +36.0 °F.")).ToBeVisibleAsync();
        await dialog.GetByLabel("Add to temperature, °F").FillAsync("-1.8");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();

        await Assertions.Expect(visit.Page.Locator("[data-device=s1] .latest")).ToContainTextAsync("66.2 °F");
        var calibration = Assert.Single((await site.Http.DataAsync("/api/v1/devices/s1/calibrations")).AsArray())!;
        Assert.Equal(("2000-01-01T00:00:00.000Z", -2.5), ((string?)calibration["from"], (double)calibration["humidity_offset"]!));
        Assert.Equal(-1, (double)calibration["temperature_offset"]!, 9);
        Assert.Equal(37.5, (double)(await site.Http.DataAsync("/api/v1/readings/latest"))[0]!["humidity"]!, 9);

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Calibrate s1" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Remove offset 1" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-device=s1] .latest")).ToContainTextAsync("68.0 °F");
        Assert.Empty((await site.Http.DataAsync("/api/v1/devices/s1/calibrations")).AsArray());
    }

    [Fact]
    public async Task A_dialog_that_was_closed_opens_again_at_once()
    {
        await using var site = await Site.StartAsync();
        await site.PlaceAsync("s1", "Salon", 20, 40);
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync("/devices");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Rename s1" }).ClickAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "Rename s1" })).ToBeVisibleAsync();

        // Nobody is faster than this: before the server knows that it was closed.
        await visit.Page.EvaluateAsync("document.querySelector('dialog').addEventListener('close', () => document.querySelector('[aria-label=\"Delete s1\"]').click(), { once: true })");
        await visit.Page.Keyboard.PressAsync("Escape");

        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "Delete s1" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_device_is_deleted_only_after_its_consequences_were_agreed_to()
    {
        await using var site = await Site.StartAsync();
        await site.PlaceAsync("s1", "Salon", 20, 40);
        await site.PublishAsync("s1", 21, 41);
        Assert.Equal(201, (await site.Http.PostAsync("/api/v1/devices", new { device_uid = "empty", room_name = "Attic" })).Status);
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync("/devices");
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Delete s1" }).ClickAsync();
        await Assertions.Expect(dialog).ToContainTextAsync("All of its 2 readings");
        await Assertions.Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true })).ToBeDisabledAsync();
        await visit.AccessibleAsync();
        await visit.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(dialog).ToHaveCountAsync(0);
        Assert.Equal(200, (await site.Http.GetAsync("/api/v1/devices/s1")).Status);

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Delete s1" }).ClickAsync();
        await dialog.GetByLabel("Delete the device and all of its readings").CheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-device=s1]")).ToHaveCountAsync(0);
        Assert.Equal(404, (await site.Http.GetAsync("/api/v1/devices/s1")).Status);

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Delete empty" }).ClickAsync();
        await Assertions.Expect(dialog).ToContainTextAsync("It has no readings");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "No device yet" })).ToBeVisibleAsync();
        Assert.Equal(404, (await site.Http.GetAsync("/api/v1/devices/empty")).Status);
    }

    [Fact]
    public async Task The_devices_are_there_before_any_script_runs()
    {
        var site = await demo.SiteAsync();

        var page = await site.Http.GetAsync("/devices");

        Assert.Equal(6, page.Body.Split("data-device=").Length - 1);
    }

    // Brussels, as the browser of these tests.
    private static string LocalText(DateTimeOffset moment) =>
        TimeZoneInfo.ConvertTime(moment, TimeZoneInfo.FindSystemTimeZoneById("Europe/Brussels")).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);
}
