using CsCheck;
using TechTemp.Data.Readings;
using TechTemp.Readings.Messages;
using TechTemp.Readings.Rules;

namespace TechTemp.Rules.Tests.Readings;

public sealed class SensorTopicTests
{
    private const string Allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

    private static readonly Gen<string> s_id = Gen.String[Gen.Char[Allowed], 1, Uids.MaxLength];

    [Fact]
    public void A_readings_topic_names_home_and_device()
    {
        Assert.True(SensorTopic.TryParseReading("home/h-1/sensors/S_2/reading", out var home, out var device));
        Assert.Equal(("h-1", "S_2"), (home, device));
    }

    [Fact]
    public void Every_valid_pair_of_ids_comes_back_from_its_topic() =>
        Gen.Select(s_id, s_id).Sample(
            (home, device) =>
            {
                Assert.True(SensorTopic.TryParseReading(SensorTopic.Reading(home, device), out var parsedHome, out var parsedDevice));
                Assert.Equal((home, device), (parsedHome, parsedDevice));
            },
            iter: 5_000);

    [Fact]
    public void Whatever_the_topic_parsing_accepts_only_valid_ids() =>
        Gen.OneOf(Gen.String, Gen.Select(Gen.String[0, 60], Gen.String[0, 60], SensorTopic.Reading)).Sample(
            topic =>
            {
                if (SensorTopic.TryParseReading(topic, out var home, out var device))
                {
                    Assert.True(Uids.IsValid(home) && Uids.IsValid(device));
                    Assert.Equal(topic, SensorTopic.Reading(home, device));
                }
            },
            iter: 20_000);

    [Fact]
    public void An_id_of_50_characters_is_valid_and_one_of_51_is_not()
    {
        var longest = new string('x', 50);
        Assert.True(Parses($"home/{longest}/sensors/{longest}/reading"));
        Assert.False(Parses($"home/{longest}x/sensors/s1/reading"));
        Assert.False(Parses($"home/h1/sensors/{longest}x/reading"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a b")]
    [InlineData("a.b")]
    [InlineData("a:b")]
    [InlineData("é")]
    [InlineData("٣")]
    [InlineData("a\0")]
    [InlineData("a\n")]
    [InlineData("+")]
    [InlineData("#")]
    [InlineData("$x")]
    public void An_id_of_other_characters_is_refused_in_either_place(string id)
    {
        Assert.False(Parses($"home/{id}/sensors/s1/reading"));
        Assert.False(Parses($"home/h1/sensors/{id}/reading"));
        Assert.False(Uids.IsValid(id));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("home")]
    [InlineData("home/h1/sensors/s1")]
    [InlineData("home/h1/sensors/s1/")]
    [InlineData("home/h1/sensors/s1/reading/")]
    [InlineData("home/h1/sensors/s1/reading/extra")]
    [InlineData("/home/h1/sensors/s1/reading")]
    [InlineData("x/home/h1/sensors/s1/reading")]
    [InlineData("home/h1/x/sensors/s1/reading")]
    [InlineData("home/h1/sensors/s1/readings")]
    [InlineData("home/h1/sensors/s1/state")]
    [InlineData("home/h1/sensors/s1/status")]
    [InlineData("home/h1/sensor/s1/reading")]
    [InlineData("homes/h1/sensors/s1/reading")]
    [InlineData("Home/h1/sensors/s1/reading")]
    [InlineData("home/h1/Sensors/s1/reading")]
    [InlineData("home/h1/sensors/s1/Reading")]
    [InlineData(" home/h1/sensors/s1/reading")]
    [InlineData("home/h1/sensors/s1/reading ")]
    [InlineData("home\\h1\\sensors\\s1\\reading")]
    public void A_topic_with_other_levels_is_no_readings_topic(string topic)
    {
        Assert.False(Parses(topic));
        Assert.False(SensorTopic.IsReading(topic));
    }

    [Theory]
    [InlineData("home/h1/sensors/s1/reading")]
    [InlineData("home/a b/sensors/s1/reading")]
    [InlineData("home//sensors//reading")]
    [InlineData("home/h1/sensors/é/reading")]
    public void What_the_subscription_would_receive_is_a_reading_even_with_invalid_ids(string topic) =>
        Assert.True(SensorTopic.IsReading(topic));

    [Fact]
    public void Ids_are_case_sensitive()
    {
        Assert.True(SensorTopic.TryParseReading("home/H1/sensors/S1/reading", out var home, out var device));
        Assert.Equal(("H1", "S1"), (home, device));
    }

    [Fact]
    public void A_state_is_published_beside_the_reading() =>
        Assert.Equal("home/h1/sensors/s1/state", SensorTopic.State("h1", "s1"));

    private static bool Parses(string topic) => SensorTopic.TryParseReading(topic, out _, out _);
}
