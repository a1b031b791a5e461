using TechTemp.Data.Maintenance;
using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Queries;
using TechTemp.Readings.Rules;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Readings;

public sealed class ReadingRetentionTests : IDisposable
{
    private readonly TestStore _store = new(("Retention:Readings", "30.00:00:00"));

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Readings_go_in_small_steps(bool areSealed)
    {
        Fill(days: 50);
        Assert.Equal(areSealed ? 50 * 288 - 144 : 0, areSealed ? _store.Seal() : 0);

        var steps = _store.Get<ReadingRetention>().Drop().ToList();

        Assert.All(steps, step => Assert.InRange(step, 0, areSealed ? 200 * 288 : 1_000));
        // Cut at midnight UTC: the store's clock stands at noon.
        Assert.Equal(20 * 288 - 144, steps.Sum());
        Assert.Equal(30 * 288 + 144, Count());
        Assert.Equal(31, Buckets(TimeBuckets.Days(TimeZoneInfo.Utc)).Count);
        Assert.DoesNotContain(_store.Get<ReadingRetention>().Drop(), step => step > 0);
    }

    [Fact]
    public void Where_an_older_version_kept_rollups_longer_readings_are_kept_for_as_long()
    {
        using var store = new TestStore(("Retention:Readings", "30.00:00:00"), ("Retention:Rollups", "60.00:00:00"), ("Retention:CoarseRollups", "40.00:00:00"));
        store.Write([.. Enumerable.Range(0, 100).Select(i => Reading(store.Now - i * 86_400_000L))]);
        Assert.Equal(39, store.Get<ReadingRetention>().Drop().Sum());
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
    public async Task Nothing_is_removed_of_a_time_whose_readings_are_gone()
    {
        Fill(days: 50);
        foreach (var _ in _store.Get<ReadingRetention>().Drop())
        {
        }

        Assert.NotNull((await _store.Get<ReadingRemoval>().RemoveAsync("s1", 0, long.MaxValue))?.KeptFrom);
        Assert.Equal(30 * 288 + 144, Count());
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
        Assert.Equal(30 * 288 + 144, Count());
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
        // So are readings that it dropped, where somebody sends them again.
        Assert.Equal(OutcomeKind.Stored, _store.Write(Reading(_store.Now - 20 * 86_400_000L)).Outcomes.Single().Kind);
        Assert.Equal(RejectionReasons.TooOld, _store.Write(Reading(_store.Now - 40 * 86_400_000L)).Outcomes.Single().Rejection?.Reason);
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
        Assert.DoesNotContain(store.Get<ReadingRetention>().Drop(), step => step > 0);
        Assert.Single(store.Readings());
    }

    private void Fill(int days)
    {
        var start = _store.Now - days * 86_400_000L;
        _store.Write([.. Enumerable.Range(0, days * 288).Select(i => Reading(start + i * 300_000L, i % 40, i % 100))]);
    }

    private IReadOnlyList<Bucket> Buckets(TimeBuckets buckets) => _store.Get<BucketQueries>().Newest(
        _store.Get<SeriesQueries>().OfDevice("s1", long.MinValue, long.MaxValue, calibrated: true)!.Parts, buckets, 100_000);

    private long Count() => Buckets(TimeBuckets.Days(TimeZoneInfo.Utc)).Sum(b => b.Count);

    private long Pages()
    {
        using var connection = _store.Connections.Open();
        return connection.ScalarLong("PRAGMA page_count;");
    }
}
