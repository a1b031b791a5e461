using System.Globalization;

namespace TechTemp.Integration.Tests.Http;

/// <summary>The mean of a bucket weighs time, not the number of readings.</summary>
public sealed class MeansOverTimeTests(SharedStacks stacks) : ApiTest(stacks)
{
    private static readonly DateTimeOffset s_hour = new(2025, 9, 10, 20, 0, 0, TimeSpan.Zero);

    // Forty minutes at 21 °C, one reading every five minutes; then twenty minutes at 20 °C, one every five seconds. The mean of the readings is 20.03.
    private static readonly (DateTimeOffset Ts, double Temperature)[] s_readings =
    [
        .. Enumerable.Range(0, 8).Select(i => (s_hour.AddMinutes(5 * i), 21d)),
        .. Enumerable.Range(0, 240).Select(i => (s_hour.AddMinutes(40).AddSeconds(5 * i), 20d)),
    ];

    private readonly string _room = Unique.Uid("room");
    private readonly string _second = Unique.Uid();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Twenty_minutes_of_frequent_readings_weigh_twenty_minutes(bool late)
    {
        await StoreAsync(Device, late ? s_readings.Reverse() : s_readings);

        var bucket = (await Http.DataAsync(ReadingsPath + "?bucket=hour")).AsArray().Single()!;
        Assert.Equal(20.6, (double)bucket["temperature"]!, 0.05);
        Assert.Equal((20, 21, 248), ((int)bucket["temperature_min"]!, (int)bucket["temperature_max"]!, (int)bucket["count"]!));
        // A local day that is cut out of readings, one whole, and a range with its edge inside a quarter of an hour.
        foreach (var query in new[] { "bucket=day&tz=Asia/Kathmandu", "bucket=day", "bucket=hour&from=2025-09-10T19:59:59Z&to=2025-09-10T20:59:56Z" })
        {
            Assert.Equal((double)bucket["temperature"]!, (double)(await Http.DataAsync($"{ReadingsPath}?{query}")).AsArray().Single()!["temperature"]!, 9);
        }

        var csv = await Http.GetAsync(ReadingsPath + "?bucket=hour", ("Accept", "text/csv"));
        Assert.Equal(20.6, double.Parse(csv.Body.Split('\n')[1].Split(',')[1], CultureInfo.InvariantCulture), 0.05);
    }

    [Fact]
    public async Task A_removal_leaves_the_mean_over_time_of_what_stays()
    {
        await StoreAsync(Device, s_readings);
        // The readings around them weigh their time, too.
        for (var i = 0; i < 4; i++)
        {
            var gone = s_hour.AddMinutes(45).AddSeconds(5 * i);
            Assert.Equal(1, (int)(await Http.DeleteAsync($"{ReadingsPath}?from={Time(gone)}&to={Time(gone)}")).Data["deleted"]!);
        }

        var bucket = (await Http.DataAsync(ReadingsPath + "?bucket=hour")).AsArray().Single()!;
        Assert.Equal((244, 20.64), ((int)bucket["count"]!, Math.Round((double)bucket["temperature"]!, 2)));
    }

    [Fact]
    public async Task The_same_holds_for_a_room()
    {
        await StoreAsync(Device, s_readings);
        await MoveAsync(Device);

        Assert.Equal(20.6, await RoomAsync("hour"), 0.05);
    }

    [Fact]
    public async Task A_rooms_sensor_that_sends_often_does_not_count_more_than_the_others()
    {
        await StoreAsync(Device, Enumerable.Range(0, 720).Select(i => (s_hour.AddSeconds(5 * i), 20d)));
        await StoreAsync(_second, Enumerable.Range(0, 12).Select(i => (s_hour.AddMinutes(5 * i), 22d)));
        await MoveAsync(Device);
        await MoveAsync(_second);

        Assert.Equal(21, await RoomAsync("hour"), 0.001);
        Assert.Equal(21, await RoomAsync("day"), 0.001);
        Assert.Equal(21, await RoomAsync("PT15M&limit=1"), 0.01);
    }

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private Task StoreAsync(string device, IEnumerable<(DateTimeOffset Ts, double Temperature)> readings) =>
        Api.StoreAsync(device, [.. readings.Select(r => (Time(r.Ts), r.Temperature, 50d))]);

    private async Task MoveAsync(string device) =>
        Assert.Equal(200, (await Http.PutAsync($"/api/v1/devices/{device}", new { room_uid = _room, room_name = _room, moved_at = "2025-09-10T00:00:00Z" })).Status);

    private async Task<double> RoomAsync(string bucket) => (double)(await Http.DataAsync($"/api/v1/rooms/{_room}/readings?bucket={bucket}")).AsArray().Single()!["temperature"]!;
}
