using Microsoft.Extensions.Time.Testing;
using TechTemp.Dashboard.Api;
using TechTemp.Dashboard.Rooms;

namespace TechTemp.Dashboard.Tests.Rules;

/// <summary>The figures of a card.</summary>
public sealed class RoomCardTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 7, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset s_today = new(2026, 3, 1, 0, 0, 0, TimeSpan.FromHours(1));

    [Fact]
    public void Today_is_the_range_of_the_viewers_day()
    {
        var card = Card(20).WithBuckets([Bucket(s_now.AddMinutes(-7), 19, 21), Bucket(s_today, 17, 18), Bucket(s_today.AddMinutes(-15), 10, 30)], s_now, s_today);

        Assert.Equal(new DayRange(17, 21, 40, 60), card.Today);
    }

    [Theory]
    [InlineData(20.0, Trend.Steady)]
    [InlineData(20.3, Trend.Up)]
    [InlineData(20.24, Trend.Steady)]
    [InlineData(19.7, Trend.Down)]
    public void The_trend_compares_with_the_quarter_of_an_hour_of_an_hour_ago(double temperature, Trend expected)
    {
        // 11:07 lies in the quarter that begins at 11:00; its mean is 20.
        var card = Card(temperature).WithBuckets([Bucket(s_now.AddMinutes(-7), 0, 0), Bucket(s_now.AddMinutes(-67), 19, 21)], s_now, s_today);

        Assert.Equal(expected, card.Trend);
    }

    [Fact]
    public void Without_readings_of_an_hour_ago_there_is_no_trend() => Assert.Null(Card(20).WithBuckets([], s_now, s_today).Trend);

    [Fact]
    public void A_reading_that_comes_widens_the_day_and_brings_a_silent_sensor_back()
    {
        var card = Card(20, "late") with { Today = new(19, 21, 40, 50) };

        var after = card.With(new("s1", null, s_now, 22, 30), s_today);

        Assert.Equal(new DayRange(19, 22, 30, 50), after.Today);
        Assert.Equal(("online", s_now, 22.0), (after.Device.Status, after.Device.LastSeenAt, after.Latest!.Temperature));
    }

    [Fact]
    public void A_reading_that_comes_late_changes_nothing()
    {
        var card = Card(20);

        Assert.Same(card, card.With(new("s1", null, s_now.AddHours(-2), 50, 50), s_today));
    }

    [Fact]
    public void What_comes_while_the_API_is_asked_is_not_lost_to_its_older_answer()
    {
        var time = new FakeTimeProvider(s_now);
        var news = new RoomNews(time);
        news.Add(new("s1", null, s_now.AddSeconds(1), 99, 99));
        time.Advance(TimeSpan.FromSeconds(2));
        var asked = time.GetTimestamp();
        var answer = new[] { Card(20) };

        // What came before the question is in the answer, or was deleted since.
        Assert.Equal(answer, news.On(answer, asked, s_today));
        news.Add(new("s1", null, s_now.AddSeconds(2), 21, 51));
        news.Add(new("s2", null, s_now.AddSeconds(2), 5, 5));

        Assert.Equal(21, Assert.Single(news.On(answer, asked, s_today)).Latest!.Temperature);
        Assert.True(news.HasOther(answer, asked));
        Assert.False(news.HasOther(answer, time.GetTimestamp() + 1));
    }

    [Fact]
    public void A_day_that_has_just_begun_still_knows_the_hour_before()
    {
        var midnight = new DateTimeOffset(2026, 3, 1, 0, 10, 0, TimeSpan.Zero);

        Assert.Equal(midnight.AddMinutes(-70), RoomCard.BucketsFrom(midnight, midnight.AddMinutes(-10)));
    }

    [Fact]
    public void A_sensor_that_was_discovered_is_called_by_its_uid()
    {
        var device = Device("online") with { Label = "Auto-discovered sensor" };

        Assert.Equal("s1", new RoomCard(device, false, null, null, null).Title);
        Assert.Equal("Auto-discovered sensor", new RoomCard(device with { Provisioned = true }, false, null, null, null).Title);
    }

    [Fact]
    public void A_room_with_one_sensor_asks_for_the_room()
    {
        var device = Device("online") with { Room = new("salon", "Salon") };

        Assert.Equal("/api/v1/rooms/salon/readings", new RoomCard(device, true, null, null, null).Source.Path);
        Assert.Equal("/api/v1/devices/s1/readings", new RoomCard(device, false, null, null, null).Source.Path);
    }

    private static RoomCard Card(double temperature, string status = "online") =>
        new(Device(status), false, new("s1", null, s_now.AddMinutes(-1), temperature, 50), null, null);

    private static Device Device(string status) => new("s1", null, null, null, "h", false, status, s_now.AddDays(-1), s_now.AddMinutes(-1));

    private static Bucket Bucket(DateTimeOffset ts, double min, double max) => new(ts, (min + max) / 2, min, max, 50, 40, 60, 10);
}
