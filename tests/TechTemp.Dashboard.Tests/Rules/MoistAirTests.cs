using TechTemp.Dashboard.Rooms;

namespace TechTemp.Dashboard.Tests.Rules;

/// <summary>Dew point and humidex.</summary>
public sealed class MoistAirTests
{
    // Saturation vapour pressures by the WMO's own table (WMO-No. 8), turned around.
    [Theory]
    [InlineData(20, 100, 20)]
    [InlineData(20, 50, 9.3)]
    [InlineData(25, 60, 16.7)]
    [InlineData(0, 50, -9.2)]
    [InlineData(30, 30, 10.5)]
    public void The_dew_point_is_that_of_the_tables(double temperature, double humidity, double expected) =>
        Assert.Equal(expected, MoistAir.DewPoint(temperature, humidity)!.Value, 0.1);

    [Fact]
    public void Perfectly_dry_air_has_no_dew_point() => Assert.Null(MoistAir.DewPoint(20, 0));

    // Environment Canada's example: 30 °C with a dew point of 15 °C is a humidex of 34; its table has 25 °C with 100 % as 37 and 43 °C with 20 % as 47.
    [Theory]
    [InlineData(30, 40.3, 34)]
    [InlineData(25, 100, 37)]
    [InlineData(43, 20, 47)]
    [InlineData(21, 100, 29)]
    public void The_humidex_is_that_of_Environment_Canada(double temperature, double humidity, double expected) =>
        Assert.Equal(expected, MoistAir.Humidex(temperature, humidity)!.Value, 0.6);

    [Fact]
    public void There_is_no_humidex_below_20_degrees()
    {
        Assert.Null(MoistAir.Humidex(19.99, 100));
        Assert.NotNull(MoistAir.Humidex(20, 0));
    }
}
