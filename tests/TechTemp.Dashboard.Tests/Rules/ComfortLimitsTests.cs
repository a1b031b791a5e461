using TechTemp.Dashboard.Api;
using TechTemp.Dashboard.Rooms;

namespace TechTemp.Dashboard.Tests.Rules;

/// <summary>The word for how a room feels.</summary>
public sealed class ComfortLimitsTests
{
    [Theory]
    [InlineData(21, 45, Comfort.Comfortable)]
    [InlineData(38, 60, Comfort.Oppressive)]
    [InlineData(28, 60, Comfort.Muggy)]
    [InlineData(5, 50, Comfort.Cold)]
    [InlineData(17.9, 50, Comfort.Cool)]
    [InlineData(20, 66, Comfort.Damp)]
    [InlineData(20, 29, Comfort.Dry)]
    [InlineData(0, 0, Comfort.Cold)]
    public void Without_limits_of_its_own_a_room_is_one_to_live_in(double temperature, double humidity, Comfort expected) =>
        Assert.Equal(expected, ComfortLimits.Of(null).ComfortOf(temperature, humidity));

    [Theory]
    [InlineData(13.6, 60, Comfort.Comfortable)]
    [InlineData(16.1, 60, Comfort.Warm)]
    [InlineData(7.9, 60, Comfort.Cool)]
    [InlineData(1.9, 60, Comfort.Cold)]
    [InlineData(12, 81, Comfort.Damp)]
    [InlineData(12, 29, Comfort.Dry)]
    public void A_cellar_is_judged_by_its_own(double temperature, double humidity, Comfort expected) =>
        Assert.Equal(expected, ComfortLimits.Of(new RoomComfort(8, 16, null, 80)).ComfortOf(temperature, humidity));

    [Fact]
    public void A_highest_temperature_of_its_own_takes_the_place_of_the_humidex() =>
        Assert.Equal(Comfort.Comfortable, ComfortLimits.Of(new RoomComfort(null, 40, null, 90)).ComfortOf(35, 80));
}
