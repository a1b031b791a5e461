using System.Diagnostics;

namespace TechTemp.Dashboard.Tests.Pages;

/// <summary>What an empty dashboard tells a newcomer.</summary>
public sealed class NewcomerTests(Browser browser)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_command_is_copied_by_keyboard_and_touch_and_sends_a_first_reading(bool touch)
    {
        await using var site = await Site.StartAsync();
        await using var visit = await browser.VisitAsync(site.Address, touch ? Screens.Phone() : Screens.Desktop());
        await visit.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await visit.OpenAsync("/");
        await visit.FitsAsync();
        await visit.AccessibleAsync();
        var button = visit.Page.GetByRole(AriaRole.Button, new() { Name = "Copy" });

        if (touch)
        {
            Assert.InRange((await button.BoundingBoxAsync())!.Height, 44, 100);
            await button.TapAsync();
        }
        else
        {
            await button.FocusAsync();
            await visit.Page.Keyboard.PressAsync("Enter");
        }

        await Assertions.Expect(visit.Page.Locator("[data-copied]")).ToHaveTextAsync("Copied.");
        var command = await visit.Page.EvaluateAsync<string>("navigator.clipboard.readText()");
        Assert.StartsWith("mosquitto_pub -h 127.0.0.1 -p ", command, StringComparison.Ordinal);

        // It is a line for a shell, and the broker is where it says.
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]))!;
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, shell.ExitCode);
        await Assertions.Expect(visit.Page.Locator("[data-device=sensor-01] .temperature b")).ToHaveTextAsync("21.0");
    }

    [Fact]
    public async Task Without_a_clipboard_the_command_is_copied_all_the_same()
    {
        await using var site = await Site.StartAsync();
        await using var visit = await browser.VisitAsync(site.Address);
        await visit.Page.Context.GrantPermissionsAsync(["clipboard-read"]);
        // As over plain http from another machine.
        await visit.Page.AddInitScriptAsync("navigator.clipboard.writeText = undefined");
        await visit.OpenAsync("/");

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Copy" }).ClickAsync();

        await Assertions.Expect(visit.Page.Locator("[data-copied]")).ToHaveTextAsync("Copied.");
        Assert.StartsWith("mosquitto_pub", await visit.Page.EvaluateAsync<string>("navigator.clipboard.readText()"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_with_accounts_and_an_address_of_its_own_is_named()
    {
        await using var site = await Site.StartAsync("--Mqtt:Username=home", "--Mqtt:Password=secret", "--Dashboard:BrokerHost=broker.lan", "--Dashboard:BrokerPort=18830");
        var french = Screens.Desktop();
        french.Locale = "fr-BE";
        await using var visit = await browser.VisitAsync(site.Address, french);
        await visit.OpenAsync("/");

        await Assertions.Expect(visit.Page.Locator(".copyline code")).ToContainTextAsync("mosquitto_pub -h broker.lan -p 18830 -u home -P PASSWORD -q 1");
        await Assertions.Expect(visit.Page.GetByText("le mot de passe du compte home")).ToBeVisibleAsync();
        Assert.DoesNotContain("secret", await visit.Page.ContentAsync(), StringComparison.Ordinal);
        await visit.AccessibleAsync();
    }
}
