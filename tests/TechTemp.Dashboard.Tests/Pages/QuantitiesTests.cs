using System.Globalization;
using static TechTemp.Dashboard.Tests.Pages.HistoryChart;

namespace TechTemp.Dashboard.Tests.Pages;

/// <summary>A device that measures carbon dioxide and its battery, and no humidity.</summary>
public sealed class QuantitiesTests(Browser browser)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_card_shows_what_is_measured_and_follows_it(bool phone)
    {
        await using var site = await Site.StartAsync();
        await PlaceAsync(site, "s1", "Office", """ "temperature_c":21.4,"co2_ppm":1240,"battery_pct":17 """);
        await using var visit = await browser.VisitAsync(site.Address, phone ? Screens.Phone(ColorScheme.Dark) : Screens.Desktop());
        await visit.OpenAsync("/");
        var card = visit.Page.Locator("[data-device=s1]");
        await Assertions.Expect(card.Locator(".temperature b")).ToHaveTextAsync("21.4");
        await Assertions.Expect(card.Locator(".co2 > span").First).ToHaveTextAsync("CO₂ 1,240ppm");
        await Assertions.Expect(card.Locator(".co2 .tag")).ToHaveTextAsync("Raised");
        await Assertions.Expect(card.Locator(".batteries")).ToHaveTextAsync("s1: battery low, 17 %");
        await Assertions.Expect(card.Locator(".derived dt")).ToHaveTextAsync(["Today"]);
        await Assertions.Expect(card.Locator(".humidity")).ToHaveCountAsync(0);
        await Assertions.Expect(card.Locator(".feel .tag")).ToHaveCountAsync(0);
        await visit.FitsAsync();
        await visit.AccessibleAsync();
        await card.Locator(".co2 .tag").ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".explanation:popover-open")).ToContainTextAsync("Up to 1000 ppm the air is good.");

        await PublishAsync(site, "s1", """ "temperature_c":21.4,"co2_ppm":1500,"battery_pct":100 """);

        await Assertions.Expect(card.Locator(".co2 .tag")).ToHaveTextAsync("High");
        await Assertions.Expect(card.Locator(".batteries")).ToHaveCountAsync(0);
        await PublishAsync(site, "s1", """ "co2_ppm":700 """);
        await Assertions.Expect(card.Locator(".co2 .tag")).ToHaveTextAsync("Good");
        await Assertions.Expect(card.Locator(".temperature")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_room_with_such_a_device_names_it_beside_others_in_French()
    {
        await using var site = await Site.StartAsync();
        await PlaceAsync(site, "air", "Salon", """ "co2_ppm":900,"battery_pct":5 """);
        await site.PlaceAsync("s1", "Salon", 20, 40);
        var french = Screens.Desktop();
        french.Locale = "fr-BE";
        await using var visit = await browser.VisitAsync(site.Address, french);
        await visit.OpenAsync("/");

        var card = visit.Page.Locator("[data-room=salon]");
        await Assertions.Expect(card.Locator(".temperature b")).ToHaveTextAsync("20,0");
        await Assertions.Expect(card.Locator(".humidity b")).ToHaveTextAsync("40");
        await Assertions.Expect(card.Locator(".co2 .tag")).ToHaveTextAsync("Bon");
        await Assertions.Expect(card.Locator(".batteries")).ToHaveTextAsync("air : batterie faible, 5 %");
        await Assertions.Expect(card.Locator(".sensors li .number")).ToHaveTextAsync(["900 ppm", "20,0 °C · 40 %"]);
        await visit.AccessibleAsync();
        // What does not measure the value of an order comes last.
        await visit.OpenAsync("/devices?sort=temperature");
        await Assertions.Expect(visit.Page.Locator("li[data-device] h3")).ToHaveTextAsync(["s1", "air"]);
        await Assertions.Expect(visit.Page.Locator("[data-device=air] .battery")).ToHaveTextAsync("air : batterie faible, 5 %");
        await Assertions.Expect(visit.Page.Locator("[data-device=s1] .battery")).ToHaveCountAsync(0);
        await visit.AccessibleAsync();
    }

    [Fact]
    public async Task The_history_offers_what_was_measured_and_keeps_the_choice_in_the_address()
    {
        await using var site = await Site.StartAsync();
        var start = TimeProvider.System.GetUtcNow().AddHours(-3);
        // Forty minutes without carbon dioxide, while the battery goes on.
        var readings = Enumerable.Range(0, 180).Select(minute => new Dictionary<string, object>
        {
            ["device_uid"] = "s1",
            ["ts"] = start.AddMinutes(minute).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["battery"] = 90 - (minute / 10),
            [minute is < 60 or > 100 ? "co2" : "note"] = 800 + minute,
        });
        Assert.Equal(200, (await site.Http.PostAsync("/api/v1/readings", readings)).Status);
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync("/history?device=s1&period=6h");
        await DrawnAsync(visit, "raw", series: 1);

        var chart = visit.Page.Locator(Selector);
        await Assertions.Expect(chart).ToHaveAttributeAsync("data-measure", "co2");
        await Assertions.Expect(chart).ToHaveAttributeAsync("data-gaps", new System.Text.RegularExpressions.Regex("^[1-9]$"));
        var choices = visit.Page.Locator("input[name=measure]");
        Assert.Equal(["co2", "battery"], await choices.EvaluateAllAsync<string[]>("all => all.map(e => e.value)"));
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Radio, new() { Name = "CO₂" })).ToBeCheckedAsync();
        var row = visit.Page.Locator("[data-summary] tbody tr");
        await Assertions.Expect(row).ToContainTextAsync("800 ppm");
        await Assertions.Expect(row).ToContainTextAsync("979 ppm");
        await Assertions.Expect(row.Locator("td").Last).ToHaveTextAsync("1");
        Assert.True(await InkAsync(visit) > 200, "A line is drawn");
        await visit.Page.GetByRole(AriaRole.Application).FocusAsync();
        await visit.Page.Keyboard.PressAsync("End");
        await visit.Page.Keyboard.PressAsync("ArrowLeft");
        await Assertions.Expect(visit.Page.Locator(".spoken")).ToContainTextAsync(new System.Text.RegularExpressions.Regex(@"s1 \d+\sppm"));
        await visit.AccessibleAsync();

        await visit.Page.GetByRole(AriaRole.Radio, new() { Name = "Battery" }).CheckAsync();
        await Assertions.Expect(visit.Page).ToHaveURLAsync($"{site.Address}/history?device=s1&measure=battery&period=6h");
        await Assertions.Expect(chart).ToHaveAttributeAsync("data-measure", "battery");
        await Assertions.Expect(row).ToContainTextAsync("90 %");
        await Assertions.Expect(row.Locator("td").Last).ToHaveTextAsync("0");
        await visit.Page.ReloadAsync();
        await visit.LiveAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Radio, new() { Name = "Battery" })).ToBeCheckedAsync();

        // What was asked for stays, where it was not measured.
        await visit.OpenAsync("/history?device=s1&period=6h&measure=humidity");
        await Assertions.Expect(visit.Page.GetByText("Humidity was not measured in this time.")).ToBeVisibleAsync();
        await Assertions.Expect(choices).ToHaveCountAsync(3);
    }

    [Fact]
    public async Task The_file_of_a_history_has_every_quantity()
    {
        await using var site = await Site.StartAsync();
        await PlaceAsync(site, "s1", "Office", """ "temperature_c":21.5,"co2_ppm":1240,"battery_pct":17 """);
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.OpenAsync("/history?device=s1&period=1h&measure=co2");
        await DrawnAsync(visit, "raw", series: 1);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "CSV" }).ClickAsync();

        var download = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Page.GetByRole(AriaRole.Link, new() { Name = "s1 as CSV, every reading" }).ClickAsync());

        var lines = await File.ReadAllLinesAsync(await download.PathAsync(), TestContext.Current.CancellationToken);
        Assert.Equal("ts,temperature,humidity,co2,battery,source", lines[0]);
        Assert.EndsWith("Z,21.5,,1240,17,mqtt", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_calibration_corrects_what_the_device_measures()
    {
        await using var site = await Site.StartAsync();
        await PlaceAsync(site, "s1", "Office", """ "temperature_c":21.4,"co2_ppm":1240,"battery_pct":17 """);
        await using var visit = await browser.VisitAsync(site.Address, Screens.Phone());
        await visit.OpenAsync("/devices");
        var latest = visit.Page.Locator("[data-device=s1] .latest");
        await Assertions.Expect(latest).ToContainTextAsync("21.4 °C · 1,240 ppm ·");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Calibrate s1" }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add an offset" }).ClickAsync();
        await Assertions.Expect(dialog.Locator(".offsets label")).ToHaveTextAsync(["Add to temperature, °C", "Add to humidity, %", "Add to CO₂, ppm", "Add to battery, %"]);
        await dialog.GetByLabel("Add to CO₂, ppm").FillAsync("-5000");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(dialog.GetByText("Must be from −1,000 ppm to 1,000 ppm.")).ToBeVisibleAsync();
        await visit.FitsAsync();
        await visit.AccessibleAsync();
        await dialog.GetByLabel("Add to CO₂, ppm").FillAsync("-40");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();

        await Assertions.Expect(latest).ToContainTextAsync("21.4 °C · 1,200 ppm ·");
        var calibration = Assert.Single((await site.Http.DataAsync("/api/v1/devices/s1/calibrations")).AsArray())!;
        Assert.Equal((0, 0, -40, null), ((double)calibration["temperature_offset"]!, (double)calibration["humidity_offset"]!, (double)calibration["co2_offset"]!, (double?)calibration["battery_offset"]));

        // An offset that exists is seen, also when the newest reading does not have its quantity.
        await PublishAsync(site, "s1", """ "temperature_c":22.5 """);
        await Assertions.Expect(latest).ToContainTextAsync("22.5 °C ·");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Calibrate s1" }).ClickAsync();
        await Assertions.Expect(dialog.GetByLabel("Add to CO₂, ppm")).ToHaveValueAsync("-40");
        await dialog.GetByLabel("Add to CO₂, ppm").FillAsync("");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(dialog).ToHaveCountAsync(0);
        Assert.Null(Assert.Single((await site.Http.DataAsync("/api/v1/devices/s1/calibrations")).AsArray())!["co2_offset"]);
    }

    [Fact]
    public async Task A_value_that_was_refused_is_told_and_the_others_are_there()
    {
        await using var site = await Site.StartAsync();
        await PlaceAsync(site, "s1", "Office", """ "co2_ppm":700,"voc_index":900,"pm25_ugm3":5000 """);
        var french = Screens.Desktop();
        french.Locale = "fr-BE";
        await using var visit = await browser.VisitAsync(site.Address, french);
        await visit.OpenAsync("/devices");

        await Assertions.Expect(visit.Page.Locator("[data-device=s1] .latest")).ToContainTextAsync("700 ppm");
        await Assertions.Expect(visit.Page.Locator("[data-rejected] .tag")).ToHaveTextAsync("Hors limites");
        await Assertions.Expect(visit.Page.Locator("[data-rejected] [data-detail]")).ToHaveTextAsync(
            "pm25_ugm3 doit être entre 0 et 1000 µg/m³ ; valeur reçue : 5000; voc_index doit être entre 0 et 500 ; valeur reçue : 900");
    }

    private static Task PublishAsync(Site site, string device, string values) => site.Mqtt.PublishAsync(
        $"home/h/sensors/{device}/reading",
        string.Create(CultureInfo.InvariantCulture, $$"""{"ts":{{TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}},{{values}}}"""));

    private static async Task PlaceAsync(Site site, string device, string room, string values)
    {
        await PublishAsync(site, device, values);
        Assert.Equal(201, (await site.Http.PostAsync("/api/v1/devices", new { device_uid = device, room_name = room })).Status);
    }
}
