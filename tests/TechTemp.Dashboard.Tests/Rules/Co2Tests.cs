using TechTemp.Dashboard.Rooms;

namespace TechTemp.Dashboard.Tests.Rules;

/// <summary>The word for the carbon dioxide of a room.</summary>
public sealed class Co2Tests
{
    [Theory]
    [InlineData(420, Co2Level.Good)]
    [InlineData(1000, Co2Level.Good)]
    [InlineData(1000.4, Co2Level.Good)]
    [InlineData(1000.5, Co2Level.Raised)]
    [InlineData(1400, Co2Level.Raised)]
    [InlineData(1401, Co2Level.High)]
    [InlineData(40_000, Co2Level.High)]
    public void A_level_is_that_of_the_value_that_is_shown(double ppm, Co2Level expected) => Assert.Equal(expected, Co2.LevelOf(ppm));
}
