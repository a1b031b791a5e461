using System.Text.Json.Nodes;

namespace TechTemp.Integration.Tests.Http;

/// <summary>GET /api/v1/devices/{uid}/readings.</summary>
public sealed class DeviceReadingsTests(SharedStacks stacks) : ApiTest(stacks)
{
    [Fact]
    public async Task Raw_readings_come_newest_first_ten_of_them_in_their_exact_shape()
    {
        await StoreAllAsync(Enumerable.Range(10, 12).Select(minute => $"2025-09-10T20:{minute}:00Z"));

        var answer = await Http.GetAsync(ReadingsPath);
        Assert.Equal(Enumerable.Range(12, 10).Reverse().Select(minute => $"2025-09-10T20:{minute}:00.000Z"), Times(answer.Data));
        Assert.Equal("""{"ts":"2025-09-10T20:21:00.000Z","temperature":21,"humidity":50,"source":"http"}""", answer.Data[0]!.ToJsonString());
        Assert.Equal(answer.Body, (await Http.GetAsync(ReadingsPath + "?bucket=raw")).Body);
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_repetition()
    {
        await StoreAllAsync(Enumerable.Range(10, 25).Select(minute => $"2025-09-10T20:{minute}:00Z"));

        var (times, cursor) = (new List<string?>(), "");
        do
        {
            var page = await Http.GetAsync($"{ReadingsPath}?limit=10{cursor}");
            times.AddRange(Times(page.Data));
            cursor = page.Json["next_cursor"] is { } next ? $"&cursor={next}" : null;
        }
        while (cursor is not null);
        Assert.Equal(Enumerable.Range(10, 25).Reverse().Select(minute => $"2025-09-10T20:{minute}:00.000Z"), times);
    }

    [Fact]
    public async Task The_last_page_has_no_cursor_even_when_it_is_full()
    {
        await StoreAllAsync("2025-09-10T20:00:00Z", "2025-09-10T21:00:00Z");

        Assert.Null((await Http.GetAsync(ReadingsPath + "?limit=2")).Json["next_cursor"]);
        Assert.NotNull((await Http.GetAsync(ReadingsPath + "?limit=1")).Json["next_cursor"]);
    }

    [Theory]
    [InlineData("from=2025-09-10T20:00:00Z", "22:00 21:00 20:00")]
    [InlineData("from=2025-09-10T20:00:00.001Z", "22:00 21:00")]
    [InlineData("to=2025-09-10T21:00:00Z", "21:00 20:00")]
    [InlineData("to=2025-09-10T20:59:59.999Z", "20:00")]
    [InlineData("from=2025-09-10T23:00:00%2B02:00&to=2025-09-10T23:00:00%2B02:00", "21:00")]
    [InlineData("from=2025-09-10T23:00:00+02:00&to=2025-09-10T23:00:00+02:00", "21:00")]
    [InlineData("from=2025-09-10T16:00-05:00", "22:00 21:00")]
    [InlineData("from=2025-09-10T21:00:00", "22:00 21:00")]
    [InlineData("from=2025-09-10&to=2025-09-10", "22:00 21:00 20:00")]
    [InlineData("from=2025-09-11", "")]
    [InlineData("from=0001-01-01&to=9999-12-31", "22:00 21:00 20:00")]
    [InlineData("from=9999-12-31", "")]
    [InlineData("to=2025-09-09", "")]
    public async Task From_and_to_are_inclusive_moments_whatever_their_offset(string query, string expected)
    {
        await StoreAllAsync("2025-09-10T20:00:00Z", "2025-09-10T21:00:00Z", "2025-09-10T22:00:00Z");

        var times = Times(await Http.DataAsync($"{ReadingsPath}?{query}")).Select(ts => ts![11..16]);
        Assert.Equal(expected, string.Join(' ', times));
    }

    [Fact]
    public async Task A_date_as_to_means_its_last_millisecond()
    {
        await StoreAllAsync("2025-09-10T23:59:59.999Z", "2025-09-11T00:00:00Z");

        Assert.Equal(["2025-09-10T23:59:59.999Z"], Times(await Http.DataAsync(ReadingsPath + "?to=2025-09-10")));
    }

    [Fact]
    public async Task An_hour_bucket_has_mean_minimum_maximum_and_count()
    {
        await Api.StoreAsync(Device, ("2025-09-10T20:00:00Z", 20, 40), ("2025-09-10T20:30:00Z", 21, 50), ("2025-09-10T20:59:59.999Z", 25, 60), ("2025-09-10T22:00:00Z", -5, 0));

        var data = await Http.DataAsync(ReadingsPath + "?bucket=hour");
        var expected = JsonNode.Parse(
            """
            [
              {"ts":"2025-09-10T22:00:00.000Z","temperature":-5,"temperature_min":-5,"temperature_max":-5,"humidity":0,"humidity_min":0,"humidity_max":0,"count":1},
              {"ts":"2025-09-10T20:00:00.000Z","temperature":22,"temperature_min":20,"temperature_max":25,"humidity":50,"humidity_min":40,"humidity_max":60,"count":3}
            ]
            """)!;
        Assert.Equal(expected.ToJsonString(), data.ToJsonString());
    }

    [Theory]
    [InlineData("bucket=PT15M", "2025-09-10T22:15:00.000Z 2025-09-10T22:00:00.000Z 2025-09-10T03:45:00.000Z")]
    [InlineData("bucket=PT1H30M", "2025-09-10T21:00:00.000Z 2025-09-10T03:00:00.000Z")]
    [InlineData("bucket=day", "2025-09-10T00:00:00.000Z")]
    [InlineData("bucket=P1D", "2025-09-10T00:00:00.000Z")]
    [InlineData("bucket=day&tz=Europe/Brussels", "2025-09-10T22:00:00.000Z 2025-09-09T22:00:00.000Z")]
    [InlineData("bucket=day&tz=America/New_York", "2025-09-10T04:00:00.000Z 2025-09-09T04:00:00.000Z")]
    [InlineData("bucket=day&tz=Asia/Kathmandu", "2025-09-10T18:15:00.000Z 2025-09-09T18:15:00.000Z")]
    public async Task A_bucket_is_named_by_its_start(string query, string expected)
    {
        await StoreAllAsync("2025-09-10T03:59:00Z", "2025-09-10T22:14:59.999Z", "2025-09-10T22:15:00Z");

        Assert.Equal(expected, string.Join(' ', Times(await Http.DataAsync($"{ReadingsPath}?{query}"))));
    }

    [Fact]
    public async Task The_days_on_which_clocks_change_have_23_and_25_hours()
    {
        await StoreAllAsync(
            "2025-03-29T23:00:00Z", "2025-03-30T21:59:59Z", "2025-03-30T22:00:00Z",
            "2025-10-25T22:00:00Z", "2025-10-26T22:59:59Z", "2025-10-26T23:00:00Z");

        var days = (await Http.DataAsync(ReadingsPath + "?bucket=day&tz=Europe/Brussels")).AsArray();
        Assert.Equal(
            [("2025-10-26T23:00:00.000Z", 1), ("2025-10-25T22:00:00.000Z", 2), ("2025-03-30T22:00:00.000Z", 1), ("2025-03-29T23:00:00.000Z", 2)],
            days.Select(d => ((string)d!["ts"]!, (int)d["count"]!)));
    }

    [Fact]
    public async Task Buckets_come_in_pages_too()
    {
        await StoreAllAsync("2025-09-10T20:10:00Z", "2025-09-10T20:50:00Z", "2025-09-10T21:10:00Z", "2025-09-10T22:10:00Z");

        var first = await Http.GetAsync(ReadingsPath + "?bucket=hour&limit=2");
        var second = await Http.GetAsync($"{ReadingsPath}?bucket=hour&limit=2&cursor={first.Json["next_cursor"]}");
        Assert.Equal(["2025-09-10T22:00:00.000Z", "2025-09-10T21:00:00.000Z"], Times(first.Data));
        Assert.Equal(["2025-09-10T20:00:00.000Z"], Times(second.Data));
        Assert.Equal(2, (int)second.Data[0]!["count"]!);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=10001", "limit")]
    [InlineData("limit=ten", "limit")]
    [InlineData("limit=", "limit")]
    [InlineData("limit=1e3", "limit")]
    [InlineData("from=yesterday", "from")]
    [InlineData("to=2025-13-01", "to")]
    [InlineData("to=2025-02-30T00:00:00Z", "to")]
    [InlineData("from=1757537685793", "from")]
    [InlineData("from=2025-09-11&to=2025-09-10", "from")]
    [InlineData("bucket=week", "bucket")]
    [InlineData("bucket=PT10M", "bucket")]
    [InlineData("bucket=PT0M", "bucket")]
    [InlineData("bucket=P", "bucket")]
    [InlineData("bucket=P367D", "bucket")]
    [InlineData("bucket=PT15M%0A", "bucket")]
    [InlineData("from=2025-09-10T20:00Z%0A", "from")]
    [InlineData("bucket=day&tz=Mars/Olympus", "tz")]
    [InlineData("cursor=abc", "cursor")]
    [InlineData("limit=0&from=x&bucket=y", "limit", "from", "bucket")]
    public async Task What_is_wrong_with_a_query_is_told_by_field(string query, params string[] fields)
    {
        await StoreAsync("2025-09-10T20:00:00Z");

        AssertProblem(await Http.GetAsync($"{ReadingsPath}?{query}"), 400, fields);
    }

    [Theory]
    [InlineData("limit=10000")]
    [InlineData("cursor=-9223372036854775808")]
    [InlineData("cursor=9223372036854775807")]
    [InlineData("from=0001-01-01&to=9998-12-31")]
    [InlineData("from=0001-01-01T00:00:00%2B14:00")]
    [InlineData("bucket=day&tz=Pacific/Kiritimati&to=9998-12-31")]
    public async Task The_ends_of_a_range_are_no_fault_of_the_server(string query)
    {
        await StoreAsync("2025-09-10T20:00:00Z");

        Assert.InRange((await Http.GetAsync($"{ReadingsPath}?{query}")).Status, 200, 400);
    }

    [Fact]
    public async Task An_unknown_device_is_404() => AssertProblem(await Http.GetAsync(ReadingsPath), 404);

    [Fact]
    public async Task A_device_without_readings_has_an_empty_list()
    {
        await ProvisionAsync("Hall");

        Assert.Equal("""{"data":[],"next_cursor":null}""", (await Http.GetAsync(ReadingsPath)).Body);
        Assert.Equal("""{"data":[],"next_cursor":null}""", (await Http.GetAsync(ReadingsPath + "?bucket=day")).Body);
    }
}
