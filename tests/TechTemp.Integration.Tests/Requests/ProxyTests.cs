namespace TechTemp.Integration.Tests.Requests;

/// <summary>Path bases, and what a proxy says about a request: believed from configured proxies alone.</summary>
public sealed class ProxyTests(SharedStacks stacks) : Http.ApiTest(stacks)
{
    [Fact]
    public async Task What_somebody_who_is_no_proxy_says_is_ignored()
    {
        var created = await CreateRoomAsync(Api, "/api/v1/rooms", ("X-Forwarded-Prefix", "/techtemp"), ("X-Forwarded-Host", "rebound.example"), ("X-Forwarded-For", "192.0.2.1"));
        Assert.StartsWith("/api/v1/rooms/", created.Header("Location"), StringComparison.Ordinal);
        // It does not make a foreign name ours either.
        AssertProblem(await Http.GetAsync("/api/v1/rooms", ("Host", "rebound.example"), ("X-Forwarded-Host", "localhost")), 403);
    }

    [Fact]
    public async Task What_a_configured_proxy_says_is_believed_but_not_a_foreign_name()
    {
        await using var api = await ApiOverStore.StartAsync(("Http__Proxies", "127.0.0.0/8 ::1"), ("Http__Hosts", "home.example"));
        var created = await CreateRoomAsync(
            api, "/api/v1/rooms", ("X-Forwarded-Prefix", "/techtemp/"), ("X-Forwarded-Host", "home.example"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "192.0.2.1"), ("Origin", "https://home.example"));
        Assert.StartsWith("/techtemp/api/v1/rooms/", created.Header("Location"), StringComparison.Ordinal);

        AssertProblem(await api.Http.GetAsync("/api/v1/rooms", ("X-Forwarded-For", "192.0.2.1"), ("X-Forwarded-Host", "rebound.example")), 403);
        // A page of a rebound name can set X-Forwarded-Host.
        AssertProblem(await api.Http.GetAsync("/api/v1/rooms", ("Host", "rebound.example"), ("X-Forwarded-For", "192.0.2.1"), ("X-Forwarded-Host", "localhost")), 403);
    }

    [Theory]
    [InlineData("/techtemp")]
    [InlineData("/techtemp/")]
    public async Task A_path_base_is_in_every_link_whether_or_not_the_proxy_takes_it_off(string pathBase)
    {
        await using var api = await ApiOverStore.StartAsync(("Http__PathBase", pathBase));
        foreach (var path in new[] { "/techtemp/api/v1/rooms", "/api/v1/rooms" })
        {
            var created = await CreateRoomAsync(api, path);
            Assert.StartsWith("/techtemp/api/v1/rooms/", created.Header("Location"), StringComparison.Ordinal);
            Assert.Equal(200, (await api.Http.GetAsync(created.Header("Location"))).Status);
        }

        Assert.Equal("/techtemp", ((string?)(await api.Http.GetAsync("/techtemp/openapi/v1.json")).Json["servers"]![0]!["url"])!.TrimEnd('/'));
        Assert.Equal(200, (await api.Http.GetAsync("/health")).Status);
        Assert.Equal(404, (await api.Http.GetAsync("/techtempest/api/v1/rooms")).Status);
    }

    private static async Task<Answer> CreateRoomAsync(ApiOverStore api, string path, params (string Name, string Value)[] headers)
    {
        var created = await api.Http.SendAsync("POST", path, $$"""{"name":"{{Unique.Uid("room")}}"}""", "application/json", headers);
        Assert.Equal(201, created.Status);
        return created;
    }
}
