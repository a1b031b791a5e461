using System.Globalization;

namespace TechTemp.Integration.Tests.Requests;

/// <summary>The names that a host answers to: one that somebody else has resolved to this machine is refused, for reads as well.</summary>
public sealed class HostNameTests(SharedStacks stacks) : Http.ApiTest(stacks)
{
    [Theory]
    [InlineData("localhost", 200)]
    [InlineData("LOCALHOST.", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("[::1]", 200)]
    [InlineData("techtemp.localhost", 200)]
    [InlineData("rebound.example", 403)]
    [InlineData("localhost.rebound.example", 403)]
    [InlineData("127.0.0.1.rebound.example", 403)]
    [InlineData("notlocalhost", 403)]
    [InlineData("192.168.1.7", 403)]
    public async Task A_server_for_this_machine_alone_answers_to_its_names_alone(string host, int status)
    {
        foreach (var name in new[] { host, $"{host}:{Api.Api.Settings["HTTP_PORT"]}" })
        {
            var answer = await Http.GetAsync("/api/v1/readings/latest", ("Host", name));
            Assert.Equal(status, answer.Status);
            if (status == 403)
            {
                AssertProblem(answer, 403);
                Assert.Contains("Http:Hosts", (string)answer.Json["detail"]!, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task More_names_are_configured()
    {
        await using var ingest = await StartIngestAsync(("Http__Hosts", "home.example.org, *.greenhouse.example"));
        foreach (var (name, status) in new[] { ("home.example.org", 200), ("Home.Example.Org:80", 200), ("north.greenhouse.example", 200), ("greenhouse.example", 403), ("example.org", 403), ("localhost", 200) })
        {
            Assert.Equal((name, status), (name, (await ingest.Http.GetAsync("/alive", ("Host", name))).Status));
        }
    }

    [Fact]
    public async Task Any_name_is_allowed_where_somebody_says_so()
    {
        await using var ingest = await StartIngestAsync(("Http__Hosts", "*"));
        Assert.Equal(200, (await ingest.Http.GetAsync("/alive", ("Host", "any.example"))).Status);
    }

    [Theory]
    [InlineData("Http__Hosts", "http://home.example.org", "Http:Hosts must be")]
    [InlineData("Http__Hosts", "home.example.org:3000", "Http:Hosts must be")]
    [InlineData("Http__Proxies", "proxy", "Http:Proxies must be")]
    [InlineData("Http__Proxies", "10.0.0.0/33", "Http:Proxies must be")]
    [InlineData("Http__PathBase", "techtemp", "Http:PathBase must be")]
    [InlineData("Http__PathBase", "//elsewhere.example", "Http:PathBase must be")]
    [InlineData("Http__PathBase", "/a b", "Http:PathBase must be")]
    public async Task A_bad_setting_stops_the_start(string name, string value, string message)
    {
        await using var ingest = HostProcess.Start("TechTemp.Ingest", new Dictionary<string, string>(Api.Settings) { [name] = value });
        Assert.Equal(1, await ingest.ExitAsync());
        Assert.Contains(message, ingest.Error, StringComparison.Ordinal);
    }

    // The smallest of our hosts: the rules are the same in all. Without a broker it is alive, not healthy.
    private static async Task<HostProcess> StartIngestAsync(params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>
        {
            ["MQTT_URL"] = string.Create(CultureInfo.InvariantCulture, $"mqtt://127.0.0.1:{FreePort.Next()}"),
            ["DB_PATH"] = "store.db",
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        var ingest = HostProcess.Start("TechTemp.Ingest", all);
        await Eventually.TrueAsync(async () => await ingest.Http.TryGetAsync("/alive") is { Status: 200 }, "ingest is alive");
        return ingest;
    }
}
