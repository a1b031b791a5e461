namespace TechTemp.Integration.Tests.Http;

/// <summary>Where a device stood, and when it was silent: /placements and /gaps of a device.</summary>
public sealed class DeviceHistoryTests(SharedStacks stacks) : ApiTest(stacks)
{
    [Fact]
    public async Task The_rooms_that_a_device_stood_in_are_read_newest_first()
    {
        await StoreAsync("2025-09-01T00:00:00Z");
        Assert.Equal("""{"data":[]}""", (await Http.GetAsync($"{DevicePath}/placements")).Body);

        await ProvisionAsync("Salon", $"{Device}-1");
        await MoveAsync("Kitchen", $"{Device}-2", "2025-09-10T20:00:00+02:00");
        Assert.Equal(
            $$"""[{"room":{"uid":"{{Device}}-2","name":"Kitchen"},"from":"2025-09-10T18:00:00.000Z","to":null},{"room":{"uid":"{{Device}}-1","name":"Salon"},"from":"2025-09-01T00:00:00.000Z","to":"2025-09-10T18:00:00.000Z"}]""",
            (await Http.DataAsync($"{DevicePath}/placements")).ToJsonString());

        await MoveAsync("Attic", $"{Device}-3", "2025-09-05T00:00:00Z");
        Assert.Equal(
            [($"{Device}-3", "2025-09-05T00:00:00.000Z", null), ($"{Device}-1", "2025-09-01T00:00:00.000Z", "2025-09-05T00:00:00.000Z")],
            (await Http.DataAsync($"{DevicePath}/placements")).AsArray().Select(p => ((string?)p!["room"]!["uid"], (string?)p["from"], (string?)p["to"])));
    }

    [Fact]
    public async Task A_silence_of_more_than_three_usual_steps_is_a_gap()
    {
        await StoreAllAsync("2025-09-10T20:00:00Z", "2025-09-10T20:05:00Z", "2025-09-10T20:10:00Z", "2025-09-10T20:25:00Z", "2025-09-10T21:55:30.500Z", "2025-09-10T22:00:00Z");

        var answer = await Http.GetAsync($"{DevicePath}/gaps?to=2025-09-10T21:59:00Z");
        Assert.Equal(
            """{"data":[{"from":"2025-09-10T20:25:00.000Z","to":"2025-09-10T21:55:30.500Z","duration":"PT1H30M30.5S"}],"longer_than":"PT45M","next_cursor":null}""",
            answer.Body);
        Assert.Equal(
            ["2025-09-10T20:25:00.000Z", "2025-09-10T20:10:00.000Z"],
            Froms(await Http.DataAsync($"{DevicePath}/gaps?to=2025-09-10T21:59:00Z&longer_than=PT10M")));
        Assert.Empty((await Http.DataAsync($"{DevicePath}/gaps?from=2025-09-10T21:56:00Z&to=2025-09-10T21:59:00Z")).AsArray());
    }

    [Fact]
    public async Task A_device_that_is_silent_has_a_gap_without_end()
    {
        var now = TimeProvider.System.GetUtcNow();
        string Ago(int minutes) => SampleReading.Text((now - TimeSpan.FromMinutes(minutes)).ToUnixTimeMilliseconds());
        await StoreAllAsync(Ago(130), Ago(125), Ago(120));

        var gap = Assert.Single((await Http.DataAsync($"{DevicePath}/gaps")).AsArray())!;
        Assert.Equal((Ago(120), null), ((string?)gap["from"], (string?)gap["to"]));
        Assert.Matches("^PT2H([0-9]+M)?([0-9]+S)?$", (string?)gap["duration"]);
    }

    [Fact]
    public async Task A_device_with_one_reading_has_no_cadence_and_no_gaps()
    {
        await StoreAsync("2025-09-10T20:00:00Z");

        Assert.Equal("""{"data":[],"longer_than":null,"next_cursor":null}""", (await Http.GetAsync($"{DevicePath}/gaps?from=2025-01-01")).Body);
    }

    [Fact]
    public async Task Gaps_come_in_pages()
    {
        await StoreAllAsync(Enumerable.Range(0, 6).Select(i => $"2025-09-1{i}T00:00:00Z"));
        var path = $"{DevicePath}/gaps?from=2025-09-01&to=2025-09-14&longer_than=PT1H&limit=2";
        var froms = new List<string?>();
        for (var next = ""; next is not null;)
        {
            var page = await Http.GetAsync(path + next);
            froms.AddRange(Froms(page.Data));
            next = page.Json["next_cursor"] is { } cursor ? $"&cursor={cursor}" : null;
        }

        Assert.Equal([14, 13, 12, 11, 10], froms.Select(from => int.Parse(from![8..10], System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("9223372036854775807")]
    [InlineData("4000000000000000")]
    [InlineData("0")]
    public async Task A_cursor_that_no_answer_gave_is_no_fault_of_the_server(string cursor)
    {
        await StoreAllAsync("2025-09-10T00:00:00Z", "2025-09-11T00:00:00Z");

        Assert.Equal(200, (await Http.GetAsync($"{DevicePath}/gaps?from=2025-09-01&longer_than=PT1H&cursor={cursor}")).Status);
    }

    [Theory]
    [InlineData("cursor=-1", "cursor")]
    [InlineData("longer_than=PT30M%0A", "longer_than")]
    [InlineData("longer_than=30", "longer_than")]
    [InlineData("longer_than=PT0S", "longer_than")]
    [InlineData("longer_than=P367D", "longer_than")]
    [InlineData("longer_than=P1M", "longer_than")]
    [InlineData("from=yesterday&to=x&limit=1001&cursor=y", "from", "to", "limit", "cursor")]
    [InlineData("from=2025-09-11&to=2025-09-10", "from")]
    public async Task What_is_wrong_with_the_question_is_told_by_field(string query, params string[] fields) =>
        AssertProblem(await Http.GetAsync($"{DevicePath}/gaps?{query}"), 400, fields);

    [Fact]
    public async Task An_unknown_device_is_404()
    {
        AssertProblem(await Http.GetAsync($"{DevicePath}/placements"), 404);
        AssertProblem(await Http.GetAsync($"{DevicePath}/gaps"), 404);
    }

    private static IEnumerable<string?> Froms(System.Text.Json.Nodes.JsonNode data) => data.AsArray().Select(gap => (string?)gap!["from"]);

    private async Task MoveAsync(string name, string uid, string at) =>
        Assert.Equal(200, (await Http.PutAsync(DevicePath, new { room_name = name, room_uid = uid, moved_at = at })).Status);
}
