using Microsoft.Extensions.Time.Testing;
using TechTemp.Dashboard.Api;
using TechTemp.Dashboard.History;
using TechTemp.Dashboard.Viewing;

namespace TechTemp.Dashboard.Tests.Rules;

/// <summary>The lines of any quantity, and which quantities there are.</summary>
public sealed class HistoryAnswerTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_bucket_without_a_value_is_a_gap_and_not_a_zero()
    {
        var answer = Buckets([800, 810, 820, 830, null, 850, 860, 870]);

        var series = new HistorySeries(new(true, "salon", "Salon"), 1, answer.Points(Answers.Co2, Viewer()), HistoryCut.Quarter);

        Assert.Equal([800, 810, 820, 830, 850, 860, 870], series.Points.Select(p => p.Mean));
        Assert.Equal([4], series.Breaks);
        Assert.Equal((799, 801), (series.Points[0].Min, series.Points[0].Max));
        Assert.Equal(1, series.GapsBetween(s_noon, s_noon.AddHours(2)));
    }

    [Fact]
    public void Sensors_of_a_room_that_take_turns_have_a_line_each()
    {
        // Every minute, half a minute apart: one measures temperature, the other CO₂, and that is away for five minutes.
        var readings = Enumerable.Range(0, 40)
            .Select(n => n % 2 == 0
                ? new RawReading(s_noon.AddSeconds(30 * n), Answers.Values(20, null), "a")
                : new(s_noon.AddSeconds(30 * n), n is > 20 and < 30 ? Measured.None : Answers.Values(null, null, ("co2", 800)), "b"))
            .Reverse().ToList();
        var answer = HistoryAnswer.Of(readings);

        Assert.Empty(Series(Quantity.Temperature).Breaks);
        Assert.Equal(20, Series(Quantity.Temperature).Points.Count);
        Assert.Single(Series(Answers.Co2).Breaks);
        Assert.Equal(800, Series(Answers.Co2).MeanBetween(s_noon, s_noon.AddHours(1), HistoryCut.Raw));

        HistorySeries Series(Quantity quantity) => new(new(true, "salon", "Salon"), 1, answer.Points(quantity, Viewer()), HistoryCut.Raw);
    }

    [Fact]
    public void Only_temperatures_are_shown_in_the_viewers_unit()
    {
        var answer = HistoryAnswer.Of([new RawReading(s_noon, Answers.Values(100, 50, ("co2", 800)))]);
        var viewer = Viewer(fahrenheit: true);

        Assert.Equal(212, Assert.Single(answer.Points(Quantity.Temperature, viewer)).Mean);
        Assert.Equal(50, Assert.Single(answer.Points(Quantity.Humidity, viewer)).Mean);
        Assert.Equal(800, Assert.Single(answer.Points(Answers.Co2, viewer)).Mean);
    }

    [Fact]
    public void A_quantity_is_there_where_a_range_has_a_value_of_it()
    {
        var answer = Buckets([null, null, 820]);

        Assert.True(answer.Has(Answers.Co2, s_noon, s_noon.AddHours(1), HistoryCut.Quarter));
        // The last bucket reaches into it.
        Assert.True(answer.Has(Answers.Co2, s_noon.AddMinutes(40), s_noon.AddHours(1), HistoryCut.Quarter));
        Assert.False(answer.Has(Answers.Co2, s_noon.AddMinutes(45), s_noon.AddHours(1), HistoryCut.Quarter));
        Assert.False(answer.Has(Answers.Co2, s_noon, s_noon.AddMinutes(29), HistoryCut.Quarter));
        Assert.False(answer.Has(Quantity.Temperature, s_noon, s_noon.AddHours(1), HistoryCut.Quarter));
        Assert.False(HistoryAnswer.None.Has(Answers.Co2, s_noon, s_noon.AddHours(1), HistoryCut.Quarter));
    }

    [Theory]
    [InlineData("temperature humidity co2", null, "temperature", "temperature humidity co2")]
    [InlineData("temperature humidity co2", "co2", "co2", "temperature humidity co2")]
    [InlineData("co2 battery", null, "co2", "co2 battery")]
    [InlineData("co2 battery", "wind", "co2", "co2 battery")]
    [InlineData("temperature humidity", "co2", "co2", "temperature humidity co2")]
    [InlineData("", null, "pressure", "pressure battery")]
    [InlineData("", "humidity", "humidity", "humidity pressure battery")]
    public void What_was_measured_is_offered_and_what_was_asked_for_stays(string measured, string? asked, string shown, string offered)
    {
        var keys = measured.Split(' ');

        var measures = HistoryMeasures.Of(Answers.Quantities, [.. Answers.Quantities.Where(q => keys.Contains(q.Key))], new HashSet<string> { "battery", "pressure" }, asked);

        Assert.Equal((shown, offered), (measures.Shown.Key, string.Join(' ', measures.Offered.Select(q => q.Key))));
    }

    [Fact]
    public void Without_any_reading_temperature_is_shown() =>
        Assert.Equal("temperature", Assert.Single(HistoryMeasures.Of(Answers.Quantities, [], new HashSet<string>(), null).Offered).Key);

    private static HistoryAnswer Buckets(double?[] values) => HistoryAnswer.Of(
    [
        .. values.Select((v, i) => new Bucket(
            s_noon.AddMinutes(15 * i), 10, v is { } co2 ? Answers.Values(null, null, ("co2", co2), ("co2_min", co2 - 1), ("co2_max", co2 + 1)) : Measured.None)).Reverse(),
    ]);

    private static Viewer Viewer(bool fahrenheit = false)
    {
        var viewer = new Viewer(null!, null!, new FakeTimeProvider(s_noon));
        viewer.Use(new() { Fahrenheit = fahrenheit });
        return viewer;
    }
}
