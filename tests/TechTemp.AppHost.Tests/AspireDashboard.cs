using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace TechTemp.AppHost.Tests;

/// <summary>Aspire's dashboard in the machine's own Chromium (Debian package chromium).</summary>
internal sealed partial class AspireDashboard : IAsyncDisposable
{
    private const string Program = "/usr/bin/chromium";
    private const float Deadline = 120_000;
    private const float PageDeadline = 30_000;

    private static readonly TimeSpan s_startDeadline = TimeSpan.FromMinutes(4);

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly Uri _address;

    private AspireDashboard(IPlaywright playwright, IBrowser browser, IPage page, Uri address) =>
        (_playwright, _browser, Page, _address) = (playwright, browser, page, address);

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>Skips the test where there is no browser; in CI, which has one, that is a failure.</summary>
    public static void Require() => RunningModel.Require(File.Exists(Program), "Chromium is not installed (Debian package chromium)");

    /// <summary>Opens the login URL, and waits until every resource runs and is healthy.</summary>
    /// <param name="loginUrl">As the AppHost prints it.</param>
    /// <param name="resources">The resources.</param>
    public static async Task<AspireDashboard> OpenAsync(string loginUrl, IEnumerable<string> resources)
    {
        var playwright = await Playwright.CreateAsync();
        // Without a sandbox: the pages are ours, and CI runs as root, where Chromium has none.
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = ["--no-sandbox", "--disable-dev-shm-usage"] });
        var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 1440, Height = 900 } });
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(Deadline);
        var dashboard = new AspireDashboard(playwright, browser, page, new(loginUrl));
        // A container that starts ends the connections of a browser, and this one may start while the page is open: then it is loaded again.
        await Eventually.TrueAsync(() => dashboard.SeesRunningAsync(loginUrl, resources), "every resource runs and is healthy", s_startDeadline);
        return dashboard;
    }

    /// <summary>The links of all resources.</summary>
    public async Task<IReadOnlyList<Uri>> LinksAsync() =>
        [.. (await Page.Locator("tr.resource-row a").EvaluateAllAsync<string[]>("links => links.map(link => link.href)")).Select(link => new Uri(link))];

    /// <summary>A link of a resource, by its text.</summary>
    public async Task<Uri> LinkAsync(string resource, string text) =>
        new((await Row(resource).GetByText(text, new() { Exact = true }).GetAttributeAsync("href"))!);

    /// <summary>Waits until the structured logs of a resource have a line.</summary>
    public async Task SeesLogsAsync(string resource)
    {
        await GoAsync($"/structuredlogs/resource/{resource}");
        await Expect(Page.Locator("tr[class*='log-row-']").First).ToBeVisibleAsync(new() { Timeout = Deadline });
    }

    /// <summary>Waits until the chart of an instrument is drawn.</summary>
    public async Task SeesChartAsync(string resource, string meter, string instrument)
    {
        await GoAsync($"/metrics/resource/{resource}?meter={meter}&instrument={instrument}");
        await Expect(Page.Locator(".js-plotly-plot .scatterlayer path").First).ToBeAttachedAsync(new() { Timeout = Deadline });
    }

    /// <summary>Opens a trace of a reading that every one of these resources has a span in, and waits until its spans are shown.</summary>
    public async Task OpenTraceAsync(params string[] resources)
    {
        // The last one is in the fewest traces, and the list renders only those that fit.
        await GoAsync($"/traces/resource/{resources[^1]}");
        await Page.Locator("fluent-text-input[name=traces-search] input").PressSequentiallyAsync("publish home");
        var row = Page.Locator("tr.fluent-data-grid-row");
        foreach (var resource in resources)
        {
            row = row.Filter(new() { Has = Page.Locator($".trace-service-tag[title^='{resource} spans']") });
        }

        await row.First.WaitForAsync();
        var name = await row.First.Locator("td[title*='Trace Id']").GetAttributeAsync("title");
        await GoAsync($"/traces/detail/{TraceId().Match(name!).Groups[1].Value}");
        foreach (var resource in resources)
        {
            await Expect(Page.Locator("tr.fluent-data-grid-row", new() { HasText = resource }).First).ToBeVisibleAsync(new() { Timeout = Deadline });
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _browser.CloseAsync();
        _playwright.Dispose();
    }

    private async Task<bool> SeesRunningAsync(string address, IEnumerable<string> resources)
    {
        try
        {
            await Page.GotoAsync(address);
            foreach (var name in resources)
            {
                // A resource that is not healthy says so: "Running (Unhealthy)".
                await Expect(Row(name)).ToContainTextAsync(Running(), new() { Timeout = PageDeadline });
            }

            return true;
        }
        catch (PlaywrightException)
        {
            return false;
        }
    }

    private ILocator Row(string resource) =>
        Page.Locator("tr.resource-row", new() { Has = Page.GetByText(resource, new() { Exact = true }) });

    private Task<IResponse?> GoAsync(string path) => Page.GotoAsync(new Uri(_address, path).AbsoluteUri);

    [GeneratedRegex("Trace Id: ([0-9a-f]{32})")]
    private static partial Regex TraceId();

    [GeneratedRegex(@"Running(?! \()")]
    private static partial Regex Running();
}
