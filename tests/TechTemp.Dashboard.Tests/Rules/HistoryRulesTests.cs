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
        var view = new HistoryView(["salon", "kitchen"], ["s-1"], Humidity: true, null, s_noon, s_noon.AddHours(3));

        Assert.Equal("/history?room=salon&room=kitchen&device=s-1&measure=humidity&from=2026-06-01T12:00:00.000Z&to=2026-06-01T15:00:00.000Z", view.Address());
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

        Assert.Equal(("24h", false), (view.Period, view.Humidity));
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
}
