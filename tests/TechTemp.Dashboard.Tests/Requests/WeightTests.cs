using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TechTemp.Dashboard.Tests.Requests;

/// <summary>What a browser with nothing cached has to load for a page.</summary>
public sealed partial class WeightTests(Browser browser, DemoSite demo)
{
    // Bytes on the wire, headers included, of the document and of everything that it loads.
    private const string Loaded =
        """
        JSON.stringify([...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
          .map(e => ({ path: new URL(e.name).pathname, transferred: e.transferSize, encoded: e.encodedBodySize, decoded: e.decodedBodySize })))
        """;

    [Theory]
    [InlineData("/", 130)]
    [InlineData("/history", 150)]
    [InlineData("/devices", 130)]
    [InlineData("/system", 130)]
    public async Task A_page_loads_what_it_needs_compressed(string path, int kilobytes)
    {
        var site = await demo.SiteAsync();
        await using var visit = await browser.VisitAsync(site.Address, Screens.Phone());
        await visit.OpenAsync(path);
        if (path == "/history")
        {
            await visit.Page.Locator("[data-chart][data-series]").WaitForAsync();
        }

        var loaded = JsonNode.Parse(await visit.Page.EvaluateAsync<string>(Loaded))!.AsArray().Select(e => new
        {
            Path = (string)e!["path"]!,
            Transferred = (int)e["transferred"]!,
            Encoded = (int)e["encoded"]!,
            Decoded = (int)e["decoded"]!,
        }).ToList();

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', loaded.Select(e => $"{e.Transferred,8} {e.Decoded,8} {e.Path}")));
        // Of a build that was not published .NET sends small files as they are now, not as they were when they were compressed.
        Assert.All(loaded.Where(e => e.Decoded > 20_000), e => Assert.True(e.Encoded < e.Decoded * 0.7, $"{e.Path}: {e.Encoded} of {e.Decoded} bytes"));
        // What one page alone needs, the others do not load.
        Assert.Equal(path == "/history" ? 1 : 0, loaded.Count(e => e.Path.Contains("/plot", StringComparison.Ordinal)));
        Assert.InRange(loaded.Sum(e => e.Transferred), 1, kilobytes * 1_000);
    }

    [Fact]
    public void Every_asset_has_a_name_by_its_content_that_is_compressed_and_cached_for_ever()
    {
        var manifest = JsonNode.Parse(File.ReadAllText(
            Repository.File("TechTemp.Standalone", "bin", Repository.Configuration, "net10.0", "TechTemp.Standalone.staticwebassets.endpoints.json")))!;
        var named = manifest["Endpoints"]!.AsArray()
            .Where(e => e!["EndpointProperties"]!.AsArray().Any(p => (string?)p!["Name"] == "fingerprint"))
            .ToLookup(e => (string)e!["Route"]!);
        var texts = named.Where(route => Text().IsMatch(route.Key)).ToList();

        Assert.Contains(texts, route => route.Key.StartsWith("js/plot.", StringComparison.Ordinal));
        Assert.DoesNotContain(named, route => route.Key.StartsWith("_content/", StringComparison.Ordinal));
        Assert.All(texts, route => Assert.Contains(route, e => e!["Selectors"]!.AsArray().Any(s => (string?)s!["Value"] == "gzip")));
        Assert.All(texts.SelectMany(route => route), e => Assert.Contains(
            e!["ResponseHeaders"]!.AsArray(), h => (string?)h!["Name"] == "Cache-Control" && ((string)h["Value"]!).Contains("immutable", StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"\.(js|css|svg|webmanifest)$")]
    private static partial Regex Text();
}
