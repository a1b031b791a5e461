namespace TechTemp.Integration.Tests.Http;

/// <summary>Requests that no careful client sends, and careful ones sent at the same moment.</summary>
public sealed class HostileRequestTests(SharedStacks stacks) : ApiTest(stacks)
{
    private const int AtOnce = 20;

    [Theory]
    [InlineData("""{"device_uid":"\ud800","temperature":21,"humidity":50}""")]
    [InlineData("""{"device_uid":"any","ts":"\ud800","temperature":21,"humidity":50}""")]
    [InlineData("""{"\ud800":1,"device_uid":"any","ts":"soon","temperature":21,"humidity":50}""")]
    public async Task Half_a_character_in_a_reading_is_the_clients_mistake(string body)
    {
        AssertProblem(await Http.PostAsync("/api/v1/readings", body), 400);

        var lines = $$"""{"device_uid":"{{Device}}","temperature":21,"humidity":50}""" + "\n" + body + "\n";
        var answer = await Http.SendAsync("POST", "/api/v1/readings", lines, "application/x-ndjson");
        Assert.Equal(200, answer.Status);
        Assert.Equal(1, (int)answer.Data["accepted"]!);
        Assert.Equal(1, (int)Assert.Single(answer.Data["rejected"]!.AsArray())!["index"]!);
    }

    [Theory]
    [InlineData("/api/v1/rooms")]
    [InlineData("/api/v1/devices")]
    public async Task A_charset_that_nobody_knows_is_415(string path) =>
        AssertProblem(await Http.SendAsync("POST", path, "{}", "application/json; charset=klingon"), 415);

    [Fact]
    public async Task Half_a_character_in_a_name_is_the_clients_mistake() =>
        AssertProblem(await Http.PostAsync("/api/v1/rooms", """{"name":"\ud800"}"""), 400);

    [Fact]
    public async Task JSON_that_is_nested_too_deeply_is_400() =>
        AssertProblem(await Http.PostAsync("/api/v1/readings", new string('[', 1_000) + new string(']', 1_000)), 400);

    [Theory]
    [InlineData("zz")]
    [InlineData("FFFFFFFF")]
    [InlineData("7FFFFFFFFFFFFFFF")]
    [InlineData("FFFFFFFFFFFFFFFFF")]
    public async Task A_chunk_size_that_is_none_is_400(string size)
    {
        foreach (var path in new[] { "/api/v1/readings", "/api/v1/devices", "/api/v1/rooms" })
        {
            var status = await StatusAsync($"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n{size}\r\n{{}}\r\n0\r\n\r\n");
            Assert.Equal((path, "HTTP/1.1 400 Bad Request"), (path, status));
        }
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("[::1")]
    [InlineData("localhost:99999")]
    [InlineData("localhost:port")]
    [InlineData("a..b")]
    [InlineData("xn--")]
    [InlineData("<script>")]
    public async Task A_host_that_is_none_is_400(string host)
    {
        foreach (var path in new[] { "/api/v1/devices", "/openapi/v1.json", "/health" })
        {
            Assert.Equal((path, "HTTP/1.1 400 Bad Request"), (path, await StatusAsync($"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")));
        }
    }

    [Fact]
    public async Task A_probe_without_a_host_is_answered() =>
        Assert.Equal("HTTP/1.1 200 OK", await StatusAsync("GET /alive HTTP/1.0\r\n\r\n"));

    [Fact]
    public async Task Of_many_who_provision_one_device_at_once_one_succeeds()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(i =>
            Http.PostAsync("/api/v1/devices", new { device_uid = Device, room_name = $"{Device} {i}" })));

        Assert.Equal(1, answers.Count(answer => answer.Status == 201));
        Assert.Equal(AtOnce - 1, answers.Count(answer => answer.Status == 409));
        var rooms = (await Http.DataAsync("/api/v1/rooms")).AsArray().Select(r => (string)r!["name"]!);
        Assert.Single(rooms, name => name.StartsWith($"{Device} ", StringComparison.Ordinal));
        Assert.Single(await PlacementsAsync());
    }

    [Fact]
    public async Task Many_devices_that_name_one_new_room_at_once_share_it()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(i =>
            Http.PostAsync("/api/v1/devices", new { device_uid = $"{Device}-{i}", room_name = $"Room of {Device}" })));

        Assert.All(answers, answer => Assert.Equal(201, answer.Status));
        Assert.Single(answers.Select(answer => (string?)answer.Data["room"]!["uid"]).Distinct());
    }

    [Fact]
    public async Task A_room_that_is_deleted_while_it_is_changed_is_no_fault_of_the_server()
    {
        var path = $"/api/v1/rooms/{Device}";
        var answers = new List<Answer>();
        for (var i = 0; i < AtOnce; i++)
        {
            answers.Add(await Http.PostAsync("/api/v1/rooms", new { name = "Any", uid = Device }));
            answers.AddRange(await Task.WhenAll(
                Http.PutAsync(path, new { name = "First" }), Http.PutAsync(path, new { name = "Second" }), Http.DeleteAsync(path), Http.PutAsync(path, new { name = "Third" })));
        }

        Assert.All(answers, answer => Assert.True(answer.Status is 200 or 201 or 404, answer.Body));
    }

    [Fact]
    public async Task A_device_that_is_deleted_while_it_is_provisioned_and_changed_is_no_fault_of_the_server()
    {
        var answers = new List<Answer>();
        for (var i = 0; i < AtOnce; i++)
        {
            answers.AddRange(await Task.WhenAll(
                Http.PostAsync("/api/v1/devices", new { device_uid = Device, room_name = "Any" }),
                Http.PutAsync(DevicePath, new { label = "First" }),
                Http.DeleteAsync(DevicePath),
                Http.PutAsync(DevicePath, new { label = "Second" }),
                Http.DeleteAsync(DevicePath)));
        }

        Assert.All(answers, answer => Assert.True(answer.Status is 200 or 201 or 404 or 409, answer.Body));
    }

    // The first line of the answer to bytes that HttpClient would not send.
    private async Task<string?> StatusAsync(string request)
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync("127.0.0.1", int.Parse(Api.Api.Settings["HTTP_PORT"], System.Globalization.CultureInfo.InvariantCulture), TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        return await reader.ReadLineAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_device_that_is_moved_by_many_at_once_stands_in_one_room()
    {
        await ProvisionAsync("Start");
        var answers = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(i => Http.PutAsync(DevicePath, new { room_name = $"Room {i % 3}" })));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        var placements = await PlacementsAsync();
        Assert.Single(placements, p => p.To is null);
        Assert.All(placements.Zip(placements.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
    }
}
