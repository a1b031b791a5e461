using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace TechTemp.Dashboard.Tests.Requests;

/// <summary>What a page of another origin can have a real browser do to a server on this machine.</summary>
public sealed class ForeignPageTests(Browser browser)
{
    // Everything that a page can send without asking first, and what it must ask for.
    private const string Attack =
        """
        async ([site, socket]) => {
          const reading = '{"device_uid":"attacked","temperature":21,"humidity":50}';
          const simple = { method: 'POST', mode: 'no-cors', body: reading };
          const send = (path, options) => fetch(site + path, options).then(r => r.type, () => 'failed');
          const results = {
            text: await send('/api/v1/readings', { ...simple, headers: { 'Content-Type': 'text/plain' } }),
            form: await send('/api/v1/readings', { ...simple, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }),
            untyped: await send('/api/v1/readings', { ...simple, body: new Blob([reading]) }),
            replay: await send('/api/v1/rejected/1/replay', { ...simple, body: undefined }),
            negotiate: await send('/_blazor/negotiate?negotiateVersion=1', { ...simple, body: undefined }),
            json: await send('/api/v1/readings', { method: 'POST', body: reading, headers: { 'Content-Type': 'application/json' } }),
            put: await send('/api/v1/devices/kept', { method: 'PUT', body: '{"label":"attacked"}', headers: { 'Content-Type': 'application/json' } }),
            remove: await send('/api/v1/devices/kept?readings=delete', { method: 'DELETE' }),
            read: await send('/api/v1/devices', {}),
          };
          navigator.sendBeacon(site + '/api/v1/readings', new Blob([reading], { type: 'text/plain' }));
          const form = document.createElement('form');
          Object.assign(form, { method: 'post', action: site + '/api/v1/readings', enctype: 'text/plain', target: 'hidden' });
          form.append(Object.assign(document.createElement('input'), { name: '{"device_uid":"attacked","temperature":21,"humidity":50,"x":"', value: '"}' }));
          document.body.append(form);
          form.submit();
          results.socket = await new Promise(done => {
            const opened = new WebSocket(socket + '/_blazor');
            opened.onopen = () => done('opened');
            opened.onerror = () => done('failed');
          });
          return JSON.stringify(results);
        }
        """;

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task A_foreign_page_changes_nothing_reads_nothing_and_opens_no_connection(string name)
    {
        await using var site = await Site.StartAsync();
        await site.PlaceAsync("kept", "Kitchen", 21, 50);
        await using var foreign = new ForeignPage();
        await using var visit = await browser.VisitAsync(string.Create(CultureInfo.InvariantCulture, $"http://{name}:{foreign.Port}"));
        (visit.OthersExpected, visit.ErrorsExpected) = (true, true);
        // A no-cors fetch does not tell its page what became of it, nor does Cross-Origin-Resource-Policy let the browser keep the answer: then it has failed.
        var ended = new ConcurrentQueue<string>();
        visit.Page.Context.RequestFinished += (_, request) => ended.Enqueue(request.Method + new Uri(request.Url).AbsolutePath);
        visit.Page.Context.RequestFailed += (_, request) => ended.Enqueue(request.Method + new Uri(request.Url).AbsolutePath);
        await visit.Page.GotoAsync("/");

        var results = JsonNode.Parse(await visit.Page.EvaluateAsync<string>(Attack, new[] { site.Address, site.Address.Replace("http:", "ws:", StringComparison.Ordinal) }))!;

        Assert.All(["json", "put", "remove", "read", "socket"], attempt => Assert.Equal((attempt, "failed"), (attempt, (string?)results[attempt])));
        // Three fetches and the form; nobody hears what became of the beacon.
        await Eventually.ResultAsync(
            () => Task.FromResult(ended.Count(request => request == "POST/api/v1/readings")), count => count >= 4, "the simple posts have ended", details: () => string.Join(", ", ended));
        await site.Host.LogsAsync("Refused POST");
        foreach (var path in new[] { "/api/v1/readings", "/api/v1/rejected/1/replay", "/_blazor/negotiate?negotiateVersion=1" })
        {
            Assert.Equal(403, (await site.Http.SendAsync("POST", path, "", "text/plain", ("Origin", $"http://{name}:{foreign.Port}"))).Status);
        }

        var device = Assert.Single((await site.Http.DataAsync("/api/v1/devices")).AsArray())!;
        Assert.Equal(("kept", null), ((string?)device["uid"], (string?)device["label"]));
    }

    [Fact]
    public async Task A_foreign_name_that_leads_to_this_machine_shows_nothing()
    {
        await using var site = await Site.StartAsync();
        await using var visit = await browser.VisitAsync($"http://{Browser.ReboundName}:{new Uri(site.Address).Port}");
        visit.ErrorsExpected = true;
        foreach (var path in new[] { "/", "/api/v1/devices", "/scalar/", "/health" })
        {
            var answer = await visit.Page.GotoAsync(path);
            Assert.Equal((403, "application/problem+json"), (answer!.Status, answer.Headers["content-type"]));
        }
    }

    [Fact]
    public async Task A_foreign_page_frames_none_of_ours()
    {
        await using var site = await Site.StartAsync();
        await using var foreign = new ForeignPage();
        await using var visit = await browser.VisitAsync(string.Create(CultureInfo.InvariantCulture, $"http://localhost:{foreign.Port}"));
        (visit.OthersExpected, visit.ErrorsExpected) = (true, true);
        var failures = new ConcurrentDictionary<string, string?>();
        visit.Page.RequestFailed += (_, request) => failures[request.Url] = request.Failure;
        var refusals = 0;
        visit.Page.Console += (_, message) => refusals += message.Text.Contains("frame-ancestors", StringComparison.Ordinal) ? 1 : 0;
        await visit.Page.GotoAsync("/");
        foreach (var path in new[] { "/", "/scalar/", "/api/v1/devices" })
        {
            // In a frame of its own: Chromium reports a refusal before it shows the error page, and drops a navigation of the same frame until then.
            // The report names the origin only, and may come twice: the failed request is the one of this path.
            var (address, before) = (site.Address + path, refusals);
            await visit.Page.EvaluateAsync("address => { document.body.append(Object.assign(document.createElement('iframe'), { src: address })); }", address);
            await Eventually.TrueAsync(() => failures.ContainsKey(address), $"the request of {path} has failed");
            Assert.Equal("net::ERR_BLOCKED_BY_RESPONSE", failures[address]);
            await Eventually.TrueAsync(() => refusals > before, $"the browser reports the refusal of {path}");
        }
    }

    [Fact]
    public async Task The_reference_page_works_under_its_policy()
    {
        await using var site = await Site.StartAsync();
        await using var visit = await browser.VisitAsync(site.Address);

        var answer = await visit.Page.GotoAsync("/scalar/");

        Assert.Matches("script-src 'self' 'nonce-[^']+';", answer!.Headers["content-security-policy"]);
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("TechTemp API");
        await Assertions.Expect(visit.Page.GetByText("/api/v1/readings/latest").First).ToBeVisibleAsync();
    }
}
