namespace TechTemp.Integration.Tests.Requests;

/// <summary>What a web page of another origin may do: nothing that changes anything, and read only where that is configured.</summary>
public sealed class OriginTests(SharedStacks stacks) : Http.ApiTest(stacks)
{
    private const string Foreign = "https://elsewhere.example";

    private string Own => $"http://127.0.0.1:{Api.Api.Settings["HTTP_PORT"]}";

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json")]
    public async Task A_write_for_a_page_of_another_origin_is_refused_whatever_its_type(string contentType)
    {
        (string Name, string Value)[][] foreign =
        [
            [("Origin", Foreign)],
            [("Origin", "null")],
            [("Origin", Own.Replace("127.0.0.1", "localhost", StringComparison.Ordinal))],
            [("Origin", Own + "1")],
            [("Origin", $"{Own}, {Own}")],
            [("Sec-Fetch-Site", "cross-site")],
            [("Sec-Fetch-Site", "same-site"), ("Origin", Own)],
            [("Sec-Fetch-Site", "same-origin"), ("Origin", Foreign)],
        ];
        var body = $$"""{"device_uid":"{{Device}}","temperature":21,"humidity":50}""";
        foreach (var headers in foreign)
        {
            AssertProblem(await Http.SendAsync("POST", "/api/v1/readings", body, contentType, headers), 403);
        }

        Assert.Equal(404, (await Http.GetAsync(DevicePath)).Status);
    }

    [Theory]
    [InlineData("POST", "/api/v1/devices")]
    [InlineData("PUT", "/api/v1/devices/any")]
    [InlineData("PATCH", "/api/v1/devices/any")]
    [InlineData("DELETE", "/api/v1/devices/any")]
    [InlineData("POST", "/api/v1/rejected/1/replay")]
    [InlineData("POST", "/health")]
    [InlineData("POST", "/nothing")]
    [InlineData("INVENTED", "/api/v1/devices")]
    public async Task No_route_and_no_method_is_left_out(string method, string path) =>
        AssertProblem(await Http.SendAsync(method, path, "{}", "application/json", ("Origin", Foreign)), 403);

    [Fact]
    public async Task A_WebSocket_for_a_page_of_another_origin_is_refused() => AssertProblem(
        await Http.GetAsync("/api/v1/readings/latest", ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="), ("Origin", Foreign)), 403);

    [Fact]
    public async Task Programs_and_our_own_pages_write()
    {
        var body = $$"""{"device_uid":"{{Device}}","temperature":21,"humidity":50}""";
        (string Name, string Value)[][] own = [[], [("Origin", Own)], [("Sec-Fetch-Site", "same-origin"), ("Origin", Own)], [("Sec-Fetch-Site", "none")]];
        foreach (var headers in own)
        {
            Assert.Equal(200, (await Http.SendAsync("POST", "/api/v1/readings", body, "application/json", headers)).Status);
        }
    }

    [Fact]
    public async Task A_page_of_another_origin_reads_nothing_unless_it_is_configured()
    {
        Assert.Equal("", (await Http.GetAsync("/api/v1/readings/latest", ("Origin", Foreign))).Header("Access-Control-Allow-Origin"));
        Assert.Equal("", (await PreflightAsync(Http, Foreign, "GET")).Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_page_of_a_configured_origin_reads_the_API_and_nothing_else_and_never_writes()
    {
        await using var api = await ApiOverStore.StartAsync(("Cors__Origins", $"{Foreign} http://other.example:8080"), ("Cors__Writes", "true"));
        var read = await api.Http.GetAsync("/api/v1/readings/latest", ("Origin", Foreign));
        Assert.Equal((200, Foreign), (read.Status, read.Header("Access-Control-Allow-Origin")));
        Assert.Equal(Foreign, (await PreflightAsync(api.Http, Foreign, "GET")).Header("Access-Control-Allow-Origin"));
        Assert.Equal("", (await api.Http.GetAsync("/api/v1/readings/latest", ("Origin", "https://third.example"))).Header("Access-Control-Allow-Origin"));
        Assert.Equal("", (await api.Http.GetAsync("/openapi/v1.json", ("Origin", Foreign))).Header("Access-Control-Allow-Origin"));

        Assert.DoesNotContain("POST", (await PreflightAsync(api.Http, Foreign, "POST")).Header("Access-Control-Allow-Methods"), StringComparison.Ordinal);
        AssertProblem(await api.Http.SendAsync("POST", "/api/v1/readings", "{}", "application/json", ("Origin", Foreign)), 403);
        await api.Api.LogsAsync("Cors:Writes has no effect");
    }

    [Theory]
    [InlineData("foo")]
    [InlineData("https://home.example/path")]
    [InlineData("ftp://home.example")]
    public async Task What_is_no_origin_stops_the_start(string origins)
    {
        await using var api = HostProcess.Start("TechTemp.Api", new Dictionary<string, string>(Api.Settings) { ["Cors__Origins"] = origins });
        Assert.Equal(1, await api.ExitAsync());
        Assert.Contains("Cors:Origins must be", api.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/readings/latest")]
    [InlineData("/api/v1/devices/nobody")]
    [InlineData("/health")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/scalar/")]
    [InlineData("/nothing")]
    public async Task Every_answer_tells_a_browser_what_a_page_may_do_with_it(string path)
    {
        var answer = await Http.GetAsync(path);
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        Assert.Contains("frame-ancestors 'none'", answer.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.DoesNotContain("script-src 'unsafe-inline'", answer.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal("same-origin", answer.Header("Cross-Origin-Resource-Policy"));
        Assert.Matches("private|no-store", answer.Header("Cache-Control"));
    }

    private static Task<Answer> PreflightAsync(ApiClient http, string origin, string method) => http.SendAsync(
        "OPTIONS", "/api/v1/devices", null, null, ("Origin", origin), ("Access-Control-Request-Method", method), ("Access-Control-Request-Headers", "If-None-Match"));
}
