using System.Text.Json.Nodes;

namespace TechTemp.Dashboard.Tests.Requests;

/// <summary>Standalone below a path of an nginx with TLS and HTTP/2, as docs/operations.md describes it.</summary>
public sealed class SubPathTests(Browser browser)
{
    private static readonly string[] s_pages = ["Rooms", "History", "Devices", "System"];

    [Fact]
    public async Task The_configuration_in_the_document_works()
    {
        await using var site = await Site.StartAsync("--Http:Proxies=127.0.0.1");
        // The example of the document, with the port of this test.
        var document = await File.ReadAllTextAsync(Repository.File("docs", "operations.md"), TestContext.Current.CancellationToken);
        var start = document.IndexOf("  location /techtemp/ {", StringComparison.Ordinal);
        var location = document[start..(document.IndexOf("\n  }", start, StringComparison.Ordinal) + 4)];
        await using var nginx = await NginxProcess.StartAsync(location.Replace("http://127.0.0.1:3002", site.Address, StringComparison.Ordinal));

        await EverythingWorksAsync(site, nginx);
    }

    [Fact]
    public async Task A_proxy_that_leaves_the_path_and_says_nothing_works_too()
    {
        await using var site = await Site.StartAsync("--Http:PathBase=/techtemp");
        await using var nginx = await NginxProcess.StartAsync(
            $$"""
            location /techtemp/ {
              proxy_pass {{site.Address}};
              proxy_http_version 1.1;
              proxy_set_header Host $http_host;
              proxy_set_header Upgrade $http_upgrade;
              proxy_set_header Connection $connection_upgrade;
            }
            """);

        await EverythingWorksAsync(site, nginx);
    }

    // A chart that is still being drawn tells its page so, which must not have gone meanwhile.
    private static Task DrawnAsync(Visit visit, string page) =>
        page == "History" ? visit.Page.Locator("[data-chart][data-series]").WaitForAsync() : Task.CompletedTask;

    private async Task EverythingWorksAsync(Site site, NginxProcess nginx)
    {
        await site.PlaceAsync("s1", "Kitchen", 21, 50);
        var root = nginx.Address + "/techtemp/";
        var options = Screens.Desktop();
        options.IgnoreHTTPSErrors = true;
        await using var visit = await browser.VisitAsync(root, options);
        var failed = new List<string>();
        visit.Page.Response += (_, response) =>
        {
            if (response.Status >= 400)
            {
                failed.Add($"{response.Status} {response.Url}");
            }
        };

        await visit.OpenAsync("");
        Assert.Equal("h2", await visit.Page.EvaluateAsync<string>("performance.getEntriesByType('navigation')[0].nextHopProtocol"));
        Assert.NotEqual("rgba(0, 0, 0, 0)", await visit.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        await Assertions.Expect(visit.Page.Locator(".temperature b").First).ToHaveTextAsync("21.0");
        foreach (var page in s_pages)
        {
            await visit.Page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = page }).ClickAsync();
            await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(page);
            var elsewhere = await visit.Page.EvaluateAsync<string[]>(
                "root => [...document.querySelectorAll('[href], [src]')].map(e => e.href || e.src).filter(address => typeof address === 'string' && address && !address.startsWith(root))", root);
            Assert.Empty(elsewhere);
            // The page loads again at its own address and reconnects.
            await DrawnAsync(visit, page);
            await visit.Page.ReloadAsync();
            await visit.LiveAsync();
            await DrawnAsync(visit, page);
        }

        // A reading that arrives now shows that the connection carries news.
        await visit.OpenAsync("");
        await site.PublishAsync("s1", 23.5, 50);
        await Assertions.Expect(visit.Page.Locator(".temperature b").First).ToHaveTextAsync("23.5");

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Appearance and language" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Radio, new() { Name = "Dark" }).CheckAsync();
        Assert.All(await visit.Page.Context.CookiesAsync(), cookie => Assert.StartsWith("/techtemp", cookie.Path, StringComparison.Ordinal));

        var manifest = await visit.Page.EvaluateAsync<string>(
            """
            async () => {
              const link = document.querySelector('link[rel=manifest]').href, manifest = await (await fetch(link)).json();
              const icons = await Promise.all(manifest.icons.map(async icon => (await fetch(new URL(icon.src, link))).status));
              return JSON.stringify({ start: new URL(manifest.start_url, link), scope: new URL(manifest.scope, link), icons });
            }
            """);
        Assert.Equal($$"""{"start":"{{root}}","scope":"{{root}}","icons":[200,200,200,200]}""", manifest);

        // Our own page may write, and is told where the new thing is; a foreign one may not.
        var created = JsonNode.Parse(await visit.Page.EvaluateAsync<string>(
            """
            async () => {
              const answer = await fetch('api/v1/rooms', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"name":"Cellar"}' });
              const location = answer.headers.get('Location');
              return JSON.stringify({ status: answer.status, location, there: (await fetch(location)).status });
            }
            """))!;
        Assert.Equal((201, "/techtemp/api/v1/rooms/cellar", 200), ((int)created["status"]!, (string?)created["location"], (int)created["there"]!));
        var foreign = await visit.Page.Context.APIRequest.PostAsync(root + "api/v1/rooms", new() { DataObject = new { name = "Attic" }, Headers = new Dictionary<string, string> { ["Origin"] = "https://elsewhere.example" } });
        Assert.Equal(403, foreign.Status);

        var document = JsonNode.Parse(await (await visit.Page.Context.APIRequest.GetAsync(root + "openapi/v1.json")).TextAsync())!;
        Assert.Equal("/techtemp", ((string?)document["servers"]![0]!["url"])!.TrimEnd('/'));
        await visit.Page.GotoAsync(root + "scalar/");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("TechTemp API");
        await Assertions.Expect(visit.Page.GetByText("/api/v1/readings/latest").First).ToBeVisibleAsync();

        Assert.All(visit.Requests.Where(r => !r.StartsWith("data:", StringComparison.Ordinal) && !r.StartsWith("blob:", StringComparison.Ordinal)), address => Assert.StartsWith("/techtemp/", new Uri(address).AbsolutePath, StringComparison.Ordinal));
        Assert.Empty(failed);
    }
}
