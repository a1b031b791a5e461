using TechTemp.Data.Readings;
using TechTemp.Data.Rejections;
using TechTemp.Data.Rollups;
using TechTemp.Data.Store;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Readings;

public sealed class ReadingRetentionTests : IDisposable
{
    private readonly TestStore _store = new(("Retention:Readings", "30.00:00:00"), ("Retention:Rollups", "60.00:00:00"), ("Retention:CoarseRollups", "90.00:00:00"));

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Readings_go_in_small_steps_and_their_rollups_stay()
    {
        Fill(days: 50);
        var days = Buckets(TechTemp.Data.Readings.Buckets.Days(TimeZoneInfo.Utc));

        var steps = _store.Get<ReadingRetention>().Drop().ToList();

        Assert.All(steps, step => Assert.InRange(step.Readings, 0, 1_000));
        // Cut at midnight UTC: the store's clock stands at noon.
        Assert.Equal(20 * 288 - 144, steps.Sum(s => s.Readings));
        Assert.Equal(30 * 288 + 144, _store.Readings().Count);
        Assert.Equal(days, Buckets(TechTemp.Data.Readings.Buckets.Days(TimeZoneInfo.Utc)));
        Assert.DoesNotContain(_store.Get<ReadingRetention>().Drop(), step => step != default);
    }

    [Fact]
    public void Each_tier_has_an_age_of_its_own()
    {
        Fill(days: 120);
        foreach (var _ in _store.Get<ReadingRetention>().Drop())
        {
        }

        Assert.Equal(30, Days(TechTemp.Data.Readings.Buckets.Of(TimeSpan.FromMinutes(15)), readings: true));
        Assert.Equal(60, Days(TechTemp.Data.Readings.Buckets.Of(TimeSpan.FromMinutes(15))));
        Assert.Equal(90, Days(TechTemp.Data.Readings.Buckets.Of(TimeSpan.FromHours(1))));
        Assert.Equal(90, Days(TechTemp.Data.Readings.Buckets.Days(TimeZoneInfo.Utc)));
    }

    [Fact]
    public void Where_the_finer_is_gone_an_interval_counts_by_its_start()
    {
        Fill(days: 120);
        var all = Buckets(TechTemp.Data.Readings.Buckets.Days(TimeZoneInfo.FindSystemTimeZoneById("Asia/Kathmandu"))).Sum(b => b.Count);
        foreach (var _ in _store.Get<ReadingRetention>().Drop())
        {
        }

        var kept = Buckets(TechTemp.Data.Readings.Buckets.Days(TimeZoneInfo.FindSystemTimeZoneById("Asia/Kathmandu")));
        Assert.Equal(all - (30 * 288 - 144), kept.Sum(b => b.Count));
        // The first and the last are parts of a day.
        Assert.Equal(89, kept.Count(b => b.Count > 250));
    }

    [Fact]
    public void A_reading_of_a_time_whose_readings_are_gone_is_rejected()
    {
        Fill(days: 50);
        foreach (var _ in _store.Get<ReadingRetention>().Drop())
        {
        }

        var outcome = _store.Write(Reading(_store.Now - 40 * 86_400_000L)).Outcomes.Single();
        Assert.Equal(RejectionReasons.TooOld, outcome.Rejection?.Reason);
        Assert.Contains("before", outcome.Rejection!.Detail);
        Assert.Equal(OutcomeKind.Stored, _store.Write(Reading(_store.Now - 40 * 86_400_000L, device: "new")).Outcomes.Single().Kind);
    }

    [Fact]
    public async Task Rollups_without_readings_cannot_be_taken_points_from_nor_lost_by_a_rebuild()
    {
        Fill(days: 50);
        foreach (var _ in _store.Get<ReadingRetention>().Drop())
        {
        }

        var before = Buckets(TechTemp.Data.Readings.Buckets.Days(TimeZoneInfo.Utc));
        Assert.NotNull((await _store.Get<ReadingRemoval>().RemoveAsync("s1", 0, long.MaxValue))?.KeptFrom);
        await _store.Get<RollupBuilder>().RebuildAsync(null, long.MinValue, long.MaxValue, _ => { }, TestContext.Current.CancellationToken);
        Assert.Equal(before, Buckets(TechTemp.Data.Readings.Buckets.Days(TimeZoneInfo.Utc)));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    public void A_clock_that_is_years_ahead_drops_nothing_that_is_recent(int years)
    {
        Fill(days: 50);
        var now = _store.Now;
        _store.Time.Advance(TimeSpan.FromDays(365 * years));
        foreach (var _ in _store.Get<ReadingRetention>().Drop())
        {
        }

        // As with the right clock.
        Assert.Equal(30 * 288 + 144, _store.Readings().Count);
        Assert.Equal(OutcomeKind.Stored, _store.Write(Reading(now + 60_000)).Outcomes.Single().Kind);
    }

    [Fact]
    public void A_mark_of_a_clock_that_was_ahead_is_taken_back()
    {
        Fill(days: 50);
        var future = _store.Now + 3 * 365 * 86_400_000L;
        _store.Execute($"DELETE FROM readings WHERE ts < {_store.Now - 86_400_000L}; UPDATE devices SET raw_from = {future};");
        Assert.Equal(RejectionReasons.TooOld, _store.Write(Reading(_store.Now + 3_600_000)).Outcomes.Single().Rejection?.Reason);

        foreach (var _ in _store.Get<ReadingRetention>().Drop())
        {
        }

        Assert.Equal(OutcomeKind.Stored, _store.Write(Reading(_store.Now + 3_600_000)).Outcomes.Single().Kind);
        // What was dropped stays dropped: whether it came before cannot be told.
        Assert.Equal(RejectionReasons.TooOld, _store.Write(Reading(_store.Now - 20 * 86_400_000L)).Outcomes.Single().Rejection?.Reason);
    }

    [Fact]
    public void The_file_gets_smaller()
    {
        Fill(days: 120);
        var before = Pages();
        foreach (var _ in _store.Get<ReadingRetention>().Drop())
        {
        }

        Assert.True(Pages() < before / 2, $"{Pages()} of {before} pages");
    }

    [Fact]
    public void Without_an_age_everything_is_kept()
    {
        using var store = new TestStore();
        store.Write(Reading(ReadingRules.MinTs));
        Assert.DoesNotContain(store.Get<ReadingRetention>().Drop(), step => step.Readings + step.Rollups > 0);
        Assert.Single(store.Readings());
    }

    private void Fill(int days)
    {
        var start = _store.Now - days * 86_400_000L;
        _store.Write([.. Enumerable.Range(0, days * 288).Select(i => Reading(start + i * 300_000L, i % 40, i % 100))]);
    }

    private IReadOnlyList<Bucket> Buckets(Buckets buckets) => _store.Get<BucketQueries>().Newest(
        _store.Get<SeriesQueries>().OfDevice("s1", long.MinValue, long.MaxValue, calibrated: true)!.Parts, buckets, 100_000);

    /// <summary>How far back there is something, in days.</summary>
    private int Days(Buckets buckets, bool readings = false)
    {
        var oldest = readings ? _store.Readings()[0].Ts : Buckets(buckets)[^1].Start;
        return (int)Math.Round((_store.Now - oldest) / 86_400_000d);
    }

    private long Pages()
    {
        using var connection = _store.Connections.Open();
        return connection.ScalarLong("PRAGMA page_count;");
    }
}
