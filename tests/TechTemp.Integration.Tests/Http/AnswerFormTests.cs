namespace TechTemp.Integration.Tests.Http;

/// <summary>What holds for every answer: errors, entity tags, methods.</summary>
public sealed class AnswerFormTests(SharedStacks stacks) : ApiTest(stacks)
{
    [Fact]
    public async Task Health_and_alive_answer_as_JSON()
    {
        var health = await Http.GetAsync("/health");
        Assert.Equal((200, """{"status":"degraded","failed":["broker"]}"""), (health.Status, health.Body));
        var alive = await Http.GetAsync("/alive");
        Assert.Equal((200, """{"status":"ok"}"""), (alive.Status, alive.Body));
        Assert.StartsWith("application/json", alive.Header("Content-Type"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/api/v1/nothing", 404)]
    [InlineData("GET", "/api/v2/readings/latest", 404)]
    [InlineData("GET", "/api/v1/rejected/1/replay", 405)]
    [InlineData("POST", "/api/v1/rejected/one/replay", 404)]
    [InlineData("PATCH", "/api/v1/rooms/any", 405)]
    [InlineData("POST", "/api/v1/rejected/9223372036854775807/replay", 404)]
    [InlineData("GET", "/api/v1/devices/a%2Fb", 404)]
    public async Task Every_error_is_a_problem_in_JSON(string method, string path, int status) => AssertProblem(await Http.SendAsync(method, path), status);

    [Theory]
    [InlineData("text/html")]
    [InlineData("text/html,application/xhtml+xml,*/*;q=0.8")]
    [InlineData("image/png")]
    public async Task A_browser_gets_errors_as_JSON_too(string accept) =>
        AssertProblem(await Http.GetAsync("/api/v1/devices/nobody", ("Accept", accept)), 404);

    [Theory]
    [InlineData("reason=unheard-of", "reason")]
    [InlineData("limit=1001", "limit")]
    [InlineData("cursor=x", "cursor")]
    public async Task What_is_wrong_with_a_list_of_rejected_is_told_by_field(string query, string field) =>
        AssertProblem(await Http.GetAsync($"/api/v1/rejected?{query}"), 400, field);

    [Fact]
    public async Task Nothing_rejected_is_an_empty_page() =>
        Assert.Equal("""{"data":[],"next_cursor":null}""", (await Http.GetAsync("/api/v1/rejected?deviceId=nobody")).Body);

    [Fact]
    public async Task A_read_has_an_entity_tag_and_304_for_whoever_has_it()
    {
        await StoreAsync("2025-09-10T20:00:00Z");
        var path = $"/api/v1/readings/latest?deviceId={Device}";
        var first = await Http.GetAsync(path);
        var tag = first.Header("ETag");
        Assert.Matches("^W/\"[^\"]+\"$", tag);

        foreach (var known in new[] { tag, tag[2..], $"\"other\", {tag}", "*" })
        {
            var same = await Http.GetAsync(path, ("If-None-Match", known));
            Assert.Equal((304, "", tag), (same.Status, same.Body, same.Header("ETag")));
        }

        Assert.Equal(200, (await Http.GetAsync(path, ("If-None-Match", "\"other\""))).Status);

        await StoreAsync("2025-09-10T20:01:00Z");
        var changed = await Http.GetAsync(path, ("If-None-Match", tag));
        Assert.Equal(200, changed.Status);
        Assert.NotEqual(tag, changed.Header("ETag"));
    }

    [Theory]
    [InlineData("/api/v1/readings/latest?deviceId=nobody", 200)]
    [InlineData("/api/v1/devices/$", 200)]
    [InlineData("/api/v1/devices/$/readings", 200)]
    [InlineData("/api/v1/devices/$/placements", 200)]
    [InlineData("/api/v1/devices/$/calibrations", 200)]
    [InlineData("/api/v1/devices/$/gaps?from=2025-01-01&to=2025-09-10", 200)]
    [InlineData("/api/v1/devices/nobody", 404)]
    [InlineData("/api/v1/devices/$/readings?limit=0", 400)]
    [InlineData("/api/v1/rooms/nowhere", 404)]
    [InlineData("/api/v1/rejected?deviceId=nobody", 200)]
    public async Task HEAD_is_answered_as_GET_without_the_body(string path, int status)
    {
        path = path.Replace("$", Device, StringComparison.Ordinal);
        await StoreAsync("2025-09-10T20:00:00Z");
        var (get, head) = (await Http.GetAsync(path), await Http.SendAsync("HEAD", path));

        Assert.Equal((status, "", $"{get.Body.Length}"), (head.Status, head.Body, head.Header("Content-Length")));
        Assert.Equal((get.Header("ETag"), get.Header("Content-Type")), (head.Header("ETag"), head.Header("Content-Type")));
        if (status == 200)
        {
            Assert.Equal(304, (await Http.SendAsync("HEAD", path, null, null, ("If-None-Match", head.Header("ETag")))).Status);
        }
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/alive")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/scalar/")]
    public async Task HEAD_is_answered_beside_the_API_too(string path) => Assert.Equal((200, ""), await StatusAndBodyAsync("HEAD", path));

    [Fact]
    public async Task A_write_does_not_answer_HEAD() => Assert.Equal((405, ""), await StatusAndBodyAsync("HEAD", "/api/v1/rejected/1/replay"));

    [Fact]
    public async Task An_error_has_no_entity_tag() => Assert.Equal("", (await Http.GetAsync("/api/v1/devices/nobody")).Header("ETag"));

    [Fact]
    public async Task Property_names_are_in_snake_case()
    {
        await ProvisionAsync("Hall");
        await StoreAsync("2025-09-10T20:00:00Z");
        string[] paths = ["/api/v1/devices", "/api/v1/rooms", "/api/v1/readings/latest", ReadingsPath, ReadingsPath + "?bucket=hour", "/api/v1/rejected"];
        foreach (var path in paths)
        {
            var body = (await Http.GetAsync(path)).Body;
            Assert.All(
                System.Text.RegularExpressions.Regex.Matches(body, "\"([^\"]+)\":").Select(m => m.Groups[1].Value),
                name => Assert.Matches("^[a-z0-9_]+$", name));
        }
    }

    [Fact]
    public async Task A_UID_that_differs_in_case_is_another_device()
    {
        await ProvisionAsync("Hall");

        AssertProblem(await Http.GetAsync($"/api/v1/devices/{Device.ToUpperInvariant()}"), 404);
    }

    private async Task<(int Status, string Body)> StatusAndBodyAsync(string method, string path)
    {
        var answer = await Http.SendAsync(method, path);
        return (answer.Status, answer.Body);
    }
}
