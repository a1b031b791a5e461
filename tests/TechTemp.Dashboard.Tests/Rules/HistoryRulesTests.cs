using TechTemp.Dashboard.History;

namespace TechTemp.Dashboard.Tests.Rules;

/// <summary>What the history's addresses mean, how time is cut, and what a gap is.</summary>
public sealed class HistoryRulesTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("1h", 1100, "raw")]
    [InlineData("6h", 1100, "raw")]
    [InlineData("6h", 320, "PT15M")]
    [InlineData("7d", 1100, "PT15M")]
    [InlineData("7d", 320, "hour")]
    [InlineData("30d", 1100, "hour")]
    [InlineData("30d", 320, "day")]
    [InlineData("1y", 1100, "day")]
    [InlineData("5y", 1100, "day")]
    public void Time_is_cut_by_span_and_width(string period, int width, string bucket) =>
        Assert.Equal(bucket, HistoryCut.For(HistoryView.Periods[period], width).Bucket);

    [Fact]
    public void An_address_holds_the_whole_view()
    {
        var view = new HistoryView(["salon", "kitchen"], ["s-1"], "humidity", null, s_noon, s_noon.AddHours(3));

        Assert.Equal("history?room=salon&room=kitchen&device=s-1&measure=humidity&from=2026-06-01T12:00:00.000Z&to=2026-06-01T15:00:00.000Z", view.Address());
        var read = HistoryView.Parse(["salon", "kitchen"], ["s-1"], "humidity", null, "2026-06-01T12:00:00.000Z", "2026-06-01T15:00:00.000Z");
        Assert.Equal(view.Address(), read.Address());
    }

    [Theory]
    [InlineData("2026-06-01", "2026-05-01")]
    [InlineData("yesterday", "2026-05-01")]
    [InlineData(null, "2026-05-01")]
    [InlineData("0001-01-01", "2026-05-01")]
    public void A_range_that_is_none_is_the_last_day(string? from, string? to)
    {
        var view = HistoryView.Parse(null, null, "wind", "3w", from, to);

        Assert.Equal(("24h", "temperature"), (view.Period, HistoryMeasures.Of(Answers.Quantities, Answers.Quantities, new HashSet<string>(), view.Measure).Shown.Key));
    }

    [Fact]
    public void A_missing_bucket_is_a_gap_and_so_is_three_times_the_usual_step()
    {
        Assert.Equal([6], Series(HistoryCut.Quarter, 0, 15, 30, 45, 60, 75, 120, 135, 150, 165).Breaks);
        // One that sends every hour has no gap in each quarter without a reading.
        Assert.Empty(Series(HistoryCut.Quarter, 0, 60, 120, 180, 240).Breaks);
        Assert.Equal([4, 5], Series(HistoryCut.Raw, 0, 1, 2, 3, 7, 17, 18, 19).Breaks);
        Assert.Empty(Series(HistoryCut.Raw, 0, 500).Breaks);
    }

    [Fact]
    public void What_is_usual_may_change()
    {
        // Every ten minutes, then every minute; and a silence of each time.
        Assert.Empty(Series(HistoryCut.Raw, 0, 10, 20, 30, 40, 50, 60, 61, 62, 63, 64, 65, 66).Breaks);
        Assert.Equal([3, 12], Series(HistoryCut.Raw, 0, 10, 20, 60, 70, 80, 90, 100, 101, 102, 103, 104, 110, 111, 112, 113).Breaks);
    }

    private static HistorySeries Series(HistoryCut cut, params int[] minutes) =>
        new(new(true, "salon", "Salon"), 1, [.. minutes.Select(m => new HistoryPoint(s_noon.AddMinutes(m), 20, 20, 20, 1))], cut);

    [Fact]
    public void A_mean_weighs_time_not_the_number_of_readings()
    {
        // Twenty minutes of a reading every five seconds at 20 °C, then forty with one every five minutes at 21.
        var often = Enumerable.Range(0, 240).Select(n => Point(s_noon.AddSeconds(5 * n), 20));
        var seldom = Enumerable.Range(0, 9).Select(n => Point(s_noon.AddMinutes(20 + 5 * n), 21));
        var series = Readings([.. often, .. seldom]);

        Assert.Equal(20.68, series.MeanBetween(s_noon, s_noon.AddHours(1), HistoryCut.Raw), 0.01);
    }

    [Fact]
    public void A_bucket_weighs_its_part_of_the_range_however_many_readings_it_has()
    {
        var series = new HistorySeries(new(true, "r", "r"), 1, [Point(s_noon, 20, 720), Point(s_noon.AddHours(1), 21, 12), Point(s_noon.AddHours(2), 22, 1)], HistoryCut.Hour);

        Assert.Equal(21, series.MeanBetween(s_noon, s_noon.AddHours(3), HistoryCut.Hour), 9);
        Assert.Equal((20 * 0.5 + 21) / 1.5, series.MeanBetween(s_noon.AddMinutes(30), s_noon.AddHours(2).AddMilliseconds(-1), HistoryCut.Hour), 0.001);
    }

    [Fact]
    public void Time_without_readings_does_not_count_in_a_mean()
    {
        var before = Enumerable.Range(0, 10).Select(n => Point(s_noon.AddMinutes(n), 20));
        var after = Enumerable.Range(0, 10).Select(n => Point(s_noon.AddHours(5).AddMinutes(n), 30));
        var series = Readings([.. before, .. after]);

        Assert.Equal(25, series.MeanBetween(s_noon, s_noon.AddHours(6), HistoryCut.Raw), 9);
        Assert.Equal(20, Readings([Point(s_noon, 20)]).MeanBetween(s_noon, s_noon.AddHours(6), HistoryCut.Raw));
    }

    [Fact]
    public void A_reading_stands_for_the_time_to_its_neighbours_of_its_device_and_day()
    {
        (string, double)[] readings =
        [
            ("a", 0), ("b", 1), ("a", 5), ("b", 301), ("a", 305), ("a", 305.01), ("a", 1_206), ("b", 1_500),
            // Noon and twelve hours: midnight UTC.
            ("a", 43_190), ("a", 43_199), ("a", 43_200),
        ];

        Assert.Equal(
            [5, 300, 153, 300, 151, 1, 900, 900, 9, 9, 900],
            ReadingTime.Of([.. readings.Select(r => ((string?)r.Item1, s_noon.AddSeconds(r.Item2)))]));
    }

    private static HistorySeries Readings(IReadOnlyList<HistoryPoint> points) => new(
        new(false, "s1", "s1"), 1,
        [.. points.Zip(ReadingTime.Of([.. points.Select(p => ((string?)"s1", p.Start))]), (p, seconds) => p with { Seconds = seconds })], HistoryCut.Raw);

    private static HistoryPoint Point(DateTimeOffset start, double mean, long count = 1) => new(start, mean, mean, mean, count);
}
