using TechTemp.Data.Readings;

namespace TechTemp.Rules.Tests;

public sealed class SensorTopicTests
{
    [Fact]
    public void A_readings_topic_names_home_and_device()
    {
        Assert.True(SensorTopic.TryParseReading("home/h-1/sensors/S_2/reading", out var home, out var device));
        Assert.Equal(("h-1", "S_2"), (home, device));
    }
}
