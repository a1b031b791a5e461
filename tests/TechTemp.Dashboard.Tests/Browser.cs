using System.Diagnostics;
using TechTemp.Dashboard.Tests;

[assembly: AssemblyFixture(typeof(Browser))]

namespace TechTemp.Dashboard.Tests;

/// <summary>
/// The machine's own Chromium (Debian package chromium), started by the first test that asks for it. A test that asks on a
/// machine without it is skipped.
/// </summary>
public sealed class Browser : IAsyncLifetime
{
    /// <summary>A name of somebody else's that the browser resolves to this machine.</summary>
    public const string ReboundName = "rebound.example";

    private const string Program = "/usr/bin/chromium";

    private readonly Lazy<Task<(IPlaywright, IBrowser)>> _started = new(StartAsync);
    private NetworkInterfaces? _interfaces;

    /// <summary>Waits before the first test, whose readings would grow old later.</summary>
    public async ValueTask InitializeAsync() => _interfaces = await NetworkInterfaces.HoldAsync();

    /// <summary>A window of its own: no cookies, nothing cached. It fails at its end when a request left this machine.</summary>
    public async Task<Visit> VisitAsync(string address, BrowserNewContextOptions? options = null)
    {
        if (!File.Exists(Program))
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") is { Length: > 0 }, "Chromium is not installed (Debian package chromium)");
            Assert.Skip("Chromium is not installed (Debian package chromium)");
        }

        var (_, browser) = await _started.Value;
        options ??= Screens.Desktop();
        options.BaseURL = address;
        options.TimezoneId ??= "Europe/Brussels";
        options.Locale ??= "en-GB";
        // A colour on its way to another one is none that anybody could be asked to read.
        options.ReducedMotion ??= ReducedMotion.Reduce;
        return await Visit.BeginAsync(await browser.NewContextAsync(options), new(address));
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_started is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            var (playwright, browser) = await _started.Value;
            await browser.CloseAsync();
            playwright.Dispose();
        }

        _interfaces?.Dispose();
    }

    private static async Task<(IPlaywright Playwright, IBrowser Browser)> StartAsync()
    {
        // Its own five seconds are too few on a busy machine, where a test is late, not wrong.
        Assertions.SetDefaultExpectTimeout((float)Eventually.Deadline.TotalMilliseconds);
        var playwright = await Microsoft.Playwright.Playwright.CreateAsync();
        // Without a sandbox: the pages are ours, and CI runs as root, where Chromium has none. Without a graphics processor: it would be emulated.
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", $"--host-resolver-rules=MAP {ReboundName} 127.0.0.1"] });
        return (playwright, browser);
    }
}

/// <summary>The screens that pages are looked at on.</summary>
public static class Screens
{
    /// <summary>Looks at a page: each screen, scheme and language with each of the others once, not all eight ways.</summary>
    public static IReadOnlyList<(bool Phone, ColorScheme Scheme, string Language)> Looks { get; } =
        [(false, ColorScheme.Light, "en-GB"), (true, ColorScheme.Dark, "en-GB"), (false, ColorScheme.Dark, "fr-BE"), (true, ColorScheme.Light, "fr-BE")];

    /// <summary>A laptop.</summary>
    public static BrowserNewContextOptions Desktop(ColorScheme scheme = ColorScheme.Light) => new() { ViewportSize = new() { Width = 1440, Height = 900 }, ColorScheme = scheme };

    /// <summary>A small phone.</summary>
    public static BrowserNewContextOptions Phone(ColorScheme scheme = ColorScheme.Light) =>
        new() { ViewportSize = new() { Width = 360, Height = 740 }, ColorScheme = scheme, HasTouch = true, IsMobile = true, DeviceScaleFactor = 2 };
}
