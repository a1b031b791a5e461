using System.Text.Json.Nodes;

namespace TechTemp.Integration.Tests.Http;

/// <summary>GET /api/v1/rooms/{uid}/readings, and what moves, calibrations and removals do to a series.</summary>
public sealed class RoomReadingsTests(SharedStacks stacks) : ApiTest(stacks)
{
    private readonly string _room = Unique.Uid("room");
    private readonly string _second = Unique.Uid();

    private string Path => $"/api/v1/rooms/{_room}/readings";

    [Fact]
    public async Task A_rooms_readings_are_those_of_the_devices_that_stood_there_each_for_its_time()
    {
        await Api.StoreAsync(Device, ("2025-09-10T20:00:00Z", 20, 40), ("2025-09-10T21:00:00Z", 21, 40), ("2025-09-10T22:00:00Z", 22, 40));
        await Api.StoreAsync(_second, ("2025-09-10T20:00:00Z", 30, 40), ("2025-09-10T21:00:00Z", 31, 40), ("2025-09-10T22:00:00Z", 32, 40));
        await MoveAsync(Device, _room, "2025-09-10T00:00:00Z");
        await MoveAsync(Device, Unique.Uid("room"), "2025-09-10T21:00:00Z");
        await MoveAsync(_second, _room, "2025-09-10T21:00:00Z");

        var data = (await Http.DataAsync(Path)).AsArray();

        Assert.Equal(
            [("2025-09-10T22:00:00.000Z", 32, _second), ("2025-09-10T21:00:00.000Z", 31, _second), ("2025-09-10T20:00:00.000Z", 20d, Device)],
            data.Select(r => ((string?)r!["ts"], (double)r["temperature"]!, (string?)r["device_id"])));
    }

    [Fact]
    public async Task Readings_of_one_moment_are_all_there_whatever_the_size_of_the_page()
    {
        await Api.StoreAsync(Device, ("2025-09-10T20:00:00Z", 20, 40), ("2025-09-10T21:00:00Z", 21, 40));
        await Api.StoreAsync(_second, ("2025-09-10T20:00:00Z", 30, 40), ("2025-09-10T21:00:00Z", 31, 40));
        await MoveAsync(Device, _room, "2025-09-10T00:00:00Z");
        await MoveAsync(_second, _room, "2025-09-10T00:00:00Z");

        var (seen, cursor) = (new List<double>(), "");
        do
        {
            var page = await Http.GetAsync($"{Path}?limit=1{cursor}");
            seen.Add((double)page.Data.AsArray().Single()!["temperature"]!);
            cursor = page.Json["next_cursor"] is { } next ? $"&cursor={next}" : null;
        }
        while (cursor is not null);
        Assert.Equal([20, 21, 30, 31], seen.Order());
    }

    [Fact]
    public async Task Buckets_of_a_room_are_stitched_over_its_devices_and_calibrated()
    {
        await Api.StoreAsync(Device, ("2025-09-10T20:00:00Z", 20, 40), ("2025-09-10T20:10:00Z", 22, 40));
        await Api.StoreAsync(_second, ("2025-09-10T20:05:00Z", 40, 40), ("2025-09-10T20:12:00Z", 30, 40));
        await MoveAsync(Device, _room, "2025-09-10T00:00:00Z");
        await MoveAsync(Device, Unique.Uid("room"), "2025-09-10T20:07:00Z");
        await MoveAsync(_second, _room, "2025-09-10T20:07:00Z");
        await Http.PutAsync(
            $"/api/v1/devices/{_second}/calibrations",
            new { calibrations = new[] { new { from = "2025-01-01", temperature_offset = -1.5, humidity_offset = 2 } } });

        var bucket = (await Http.DataAsync(Path + "?bucket=hour")).AsArray().Single()!;
        // The first stands for the ten minutes to the next of its device, the last for the seven minutes since the one before.
        Assert.Equal((23.5, 20, 28.5, 2), ((double)bucket["temperature"]!, (double)bucket["temperature_min"]!, (double)bucket["temperature_max"]!, (int)bucket["count"]!));
        bucket = (await Http.DataAsync(Path + "?bucket=PT15M&calibrated=false")).AsArray().Single()!;
        Assert.Equal(((20 * 10 + 30 * 7) / 17d, 40d), ((double)bucket["temperature"]!, (double)bucket["humidity_max"]!));
    }

    [Fact]
    public async Task Raw_readings_are_calibrated_from_the_moment_on_from_which_the_calibration_holds()
    {
        await Api.StoreAsync(Device, ("2025-09-10T20:00:00Z", 20, 40), ("2025-09-10T21:00:00Z", 21, 40));
        await Http.PutAsync(
            $"/api/v1/devices/{Device}/calibrations",
            new { calibrations = new[] { new { from = "2025-09-10T21:00:00Z", temperature_offset = 0.5, humidity_offset = -2 } } });

        var data = (await Http.DataAsync($"/api/v1/devices/{Device}/readings")).AsArray();
        Assert.Equal([(21.5, 38), (20d, 40d)], data.Select(r => ((double)r!["temperature"]!, (double)r["humidity"]!)));
        data = (await Http.DataAsync($"/api/v1/devices/{Device}/readings?calibrated=false")).AsArray();
        Assert.Equal([21d, 20d], data.Select(r => (double)r!["temperature"]!));
    }

    [Fact]
    public async Task Bad_points_are_removed_from_the_readings_and_from_every_bucket()
    {
        await Api.StoreAsync(Device, ("2025-09-10T20:00:00Z", 20, 40), ("2025-09-10T20:10:00Z", 80, 40), ("2025-09-10T20:20:00Z", 22, 40));
        var path = $"/api/v1/devices/{Device}/readings";

        var answer = await Http.DeleteAsync(path + "?from=2025-09-10T20:01:00Z&to=2025-09-10T20:19:00Z");

        Assert.Equal((200, 1), (answer.Status, (int)answer.Data["deleted"]!));
        foreach (var bucket in new[] { "PT15M", "hour", "day" })
        {
            var data = (await Http.DataAsync($"{path}?bucket={bucket}")).AsArray();
            Assert.Equal((2, 22), (data.Sum(b => (int)b!["count"]!), data.Max(b => (double)b!["temperature_max"]!)));
        }
    }

    [Theory]
    [InlineData("", "from", "to")]
    [InlineData("?from=2025-09-10", "to")]
    [InlineData("?from=yesterday&to=2025-09-10", "from")]
    [InlineData("?from=2025-09-11&to=2025-09-10", "from")]
    public async Task A_removal_without_both_ends_is_refused(string query, params string[] fields)
    {
        await Api.StoreAsync(Device, ("2025-09-10T20:00:00Z", 20, 40));
        var answer = await Http.DeleteAsync($"/api/v1/devices/{Device}/readings{query}");
        Assert.Equal(400, answer.Status);
        Assert.Equal(fields, answer.Json["errors"]!.AsObject().Select(e => e.Key));
        Assert.Single((await Http.DataAsync($"/api/v1/devices/{Device}/readings")).AsArray());
    }

    [Fact]
    public async Task Unknown_devices_and_rooms_are_not_found()
    {
        Assert.Equal(404, (await Http.GetAsync("/api/v1/rooms/nowhere/readings")).Status);
        Assert.Equal(404, (await Http.GetAsync("/api/v1/rooms/nowhere/readings?bucket=day")).Status);
        Assert.Equal(404, (await Http.DeleteAsync("/api/v1/devices/nobody/readings?from=2025-01-01&to=2025-01-02")).Status);
    }

    private async Task MoveAsync(string device, string room, string at)
    {
        var answer = await Http.PutAsync($"/api/v1/devices/{device}", new { room_name = room, room_uid = room, moved_at = at });
        Assert.Equal(200, answer.Status);
    }
}
