using TechTemp.Dashboard.Api;
using TechTemp.Dashboard.Fleets;
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
        var sensor = Sensor("s1", 20, "late").With(Answers.Latest("s1", null, s_now, 22, 30), 1);

        var after = (Card(20, "late") with { Today = new(19, 21, 40, 50) }).With([sensor], s_today);

        Assert.Equal(new DayRange(19, 22, 30, 50), after.Today);
        Assert.Equal(("online", s_now, 22.0), (after.Status, after.Values!.Ts, after.Values.Temperature));
    }

    [Fact]
    public void A_reading_that_comes_late_changes_nothing()
    {
        var sensor = Sensor("s1", 20);

        Assert.Same(sensor, sensor.With(Answers.Latest("s1", null, s_now.AddHours(-2), 50, 50), 1));
    }

    [Fact]
    public void Sensors_of_one_room_share_a_card_and_those_of_none_have_their_own()
    {
        var cards = RoomCard.Of([Sensor("s2", 22, room: "salon"), Sensor("s10", 20, room: "salon"), Sensor("lone", 15), Sensor("other", 16)]);

        Assert.Equal(["device-lone", "device-other", "room-salon"], cards.Select(c => c.Key).Order(StringComparer.Ordinal));
        var salon = cards.Single(c => c.Key == "room-salon");
        Assert.Equal(["s2", "s10"], salon.Sensors.Select(s => s.Name));
        Assert.Equal((21.0, 2), (salon.Values!.Temperature, salon.Values.Count));
    }

    [Fact]
    public void A_sensor_that_is_offline_does_not_count_in_its_room_unless_all_are()
    {
        var card = Assert.Single(RoomCard.Of([Sensor("s1", 22, room: "salon"), Sensor("s2", 2, "offline", "salon")]));
        Assert.Equal((22.0, 1, "offline"), (card.Values!.Temperature, card.Values.Count, card.Status));

        Assert.Equal(12, Assert.Single(RoomCard.Of([Sensor("s1", 22, "offline", "salon"), Sensor("s2", 2, "offline", "salon")])).Values!.Temperature);
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
        var device = Device("s1", "online", null) with { Label = "Auto-discovered sensor" };

        Assert.Equal("s1", new RoomCard([new(device, null)], null, null).Title);
        Assert.Equal("Auto-discovered sensor", new RoomCard([new(device with { Provisioned = true }, null)], null, null).Title);
    }

    [Fact]
    public void A_room_asks_for_the_room_and_a_sensor_without_one_for_itself()
    {
        Assert.Equal("/api/v1/rooms/salon/readings", Assert.Single(RoomCard.Of([Sensor("s1", 20, room: "salon")])).Source.Path);
        Assert.Equal("/api/v1/devices/s1/readings", Assert.Single(RoomCard.Of([Sensor("s1", 20)])).Source.Path);
    }

    [Fact]
    public void Each_value_of_a_room_is_the_mean_of_the_sensors_that_measure_it()
    {
        var values = Assert.Single(RoomCard.Of(
        [
            Measuring("a", Answers.Values(20, null), room: "salon"),
            Measuring("b", Answers.Values(22, 40), room: "salon"),
            Measuring("c", Answers.Values(null, null, ("co2", 900)), room: "salon"),
        ])).Values!;

        Assert.Equal((21.0, 40.0, 900.0, 2), (values.Temperature, values.Humidity, values.Co2, values.Count));
    }

    [Fact]
    public void A_card_without_temperature_has_no_trend_and_no_range_of_temperatures()
    {
        var card = new RoomCard([Measuring("s1", Answers.Values(null, 45, ("co2", 800)))], null, null)
            .WithBuckets([new(s_now.AddMinutes(-7), 1, Answers.Values(null, 44, ("humidity_min", 43), ("humidity_max", 45)))], s_now, s_today);

        Assert.Equal((null, null, new DayRange(null, null, 43, 45)), (card.Trend, card.Change, card.Today));
        Assert.Null(card.Values!.Temperature);
    }

    [Fact]
    public void A_day_whose_first_reading_lacks_a_value_takes_it_from_the_next()
    {
        var day = DayRange.Of(Answers.Latest("s1", null, s_now, null, 40)).With(Answers.Latest("s1", null, s_now, 20, null)).With(Answers.Latest("s1", null, s_now, 19, 45));

        Assert.Equal(new DayRange(19, 20, 40, 45), day);
    }

    [Theory]
    [InlineData(20.0, true)]
    [InlineData(20.1, false)]
    [InlineData(0.0, true)]
    [InlineData(null, false)]
    public void A_battery_of_twenty_percent_and_less_is_low(double? charge, bool expected)
    {
        var sensor = Measuring("s1", charge is { } value ? Answers.Values(20, 50, ("battery", value)) : Answers.Values(20, 50));

        Assert.Equal(expected ? charge : null, sensor.LowBattery);
    }

    [Fact]
    public void A_room_names_the_sensors_whose_battery_is_low_also_those_that_are_offline()
    {
        var card = Assert.Single(RoomCard.Of(
        [
            Measuring("a", Answers.Values(20, 50, ("battery", 80)), room: "salon"),
            Measuring("b", Answers.Values(20, 50, ("battery", 3)), "offline", "salon"),
            Measuring("c", Answers.Values(null, null, ("battery", 20)), room: "salon"),
        ]));

        Assert.Equal(["b", "c"], card.LowBatteries.Select(s => s.Name));
    }

    private static RoomCard Card(double temperature, string status = "online") => new([Sensor("s1", temperature, status)], null, null);

    private static Sensor Sensor(string uid, double temperature, string status = "online", string? room = null) =>
        Measuring(uid, Answers.Values(temperature, 50), status, room);

    private static Sensor Measuring(string uid, Measured values, string status = "online", string? room = null) =>
        new(Device(uid, status, room), new(uid, room, s_now.AddMinutes(-1), values));

    private static Device Device(string uid, string status, string? room) =>
        new(uid, room is null ? null : new(room, room), null, null, "h", false, status, s_now.AddDays(-1), s_now.AddMinutes(-1));

    private static Bucket Bucket(DateTimeOffset ts, double min, double max) => new(
        ts, 10, Answers.Values((min + max) / 2, 50, ("temperature_min", min), ("temperature_max", max), ("humidity_min", 40), ("humidity_max", 60)));
}
