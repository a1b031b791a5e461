using TechTemp.Data.Maintenance;
using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Queries;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Readings;

/// <summary>Of a day with very many readings the finished hours are sealed before it ends.</summary>
public sealed class SealedHoursTests : IDisposable
{
    private const int Step = 5_000;

    // The store's clock stands at noon.
    private readonly TestStore _store = new();
    private readonly long _day;
    private readonly SortedSet<long> _times = [];

    public SealedHoursTests()
    {
        _day = PageKey.DayOf(_store.Now);
        Write(_day, _store.Now);
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Hours_that_ended_two_hours_ago_are_pages_and_the_others_rows()
    {
        Assert.Equal(10 * 720, _store.Seal());
        Assert.Equal(_day + (10 * PageKey.Hour), _store.Readings().Min(r => r.Ts));
        Assert.Equal(Enumerable.Range(0, 10).Select(hour => (_day + (hour * PageKey.Hour), 4L)), Pages());
        AssertRight();
        // The next hour has not ended two hours ago.
        _store.Time.Advance(TimeSpan.FromMinutes(59));
        Write(_store.Now - (59 * 60_000) + Step, _store.Now);
        Assert.Equal(0, _store.Seal());
        _store.Time.Advance(TimeSpan.FromMinutes(1));
        Write(_store.Now, _store.Now);
        Assert.NotEqual(0, _store.Seal());
        Assert.Equal(11, Pages().Count);
        AssertRight();
    }

    [Fact]
    public void A_process_that_is_killed_after_any_step_leaves_each_reading_once()
    {
        var kills = 0;
        while (new ReadingSealing(_store.Maintenance, _store.Sql, _store.Time) { RowsOfAStep = 1_000 }.Seal(Fail).Take(1).Any())
        {
            kills++;
            AssertRight();
        }

        Assert.InRange(kills, 8, 100);
    }

    /// <summary>A day of fewer readings has longer pages, and its rows are few.</summary>
    [Fact]
    public void Fewer_readings_wait_for_the_end_of_their_day()
    {
        foreach (var ts in Enumerable.Range(0, 6_000).Select(i => _day + (i * 6_000L)).Append(_store.Now))
        {
            Assert.Equal(OutcomeKind.Stored, _store.Write(Reading(ts, 20, device: "s2")).Outcomes.Single().Kind);
        }

        _store.Seal();
        Assert.Equal(6_001, _store.Rows("SELECT count(*) FROM readings r JOIN devices d ON d.id = r.device_id WHERE d.uid = 's2';", r => r.GetInt64(0)).Single());
    }

    [Fact]
    public void Late_readings_of_a_sealed_hour_are_duplicates_conflicts_or_new()
    {
        _store.Seal();
        var late = _day + (3 * PageKey.Hour);
        Assert.Equal(OutcomeKind.Duplicate, _store.Write(Reading(late, Temperature(late))).Outcomes.Single().Kind);
        Assert.Equal(OutcomeKind.Rejected, _store.Write(Reading(late, 39.5)).Outcomes.Single().Kind);
        // Beside the last one of its hour, in the middle of one, and before the first row.
        foreach (var ts in new[] { late - 1, late + 1_000_001, _day + (10 * PageKey.Hour) - 2, _day + 1 })
        {
            Write(ts, ts);
            AssertRight();
        }

        _store.Seal();
        Assert.Equal(_day + (10 * PageKey.Hour), _store.Readings().Min(r => r.Ts));
        AssertRight();
    }

    [Fact]
    public async Task What_is_removed_is_gone_from_hours_and_rows()
    {
        _store.Seal();
        foreach (var (from, to) in new[]
        {
            (_day + (9 * PageKey.Hour) + 1_000_000, _day + (11 * PageKey.Hour) - 1_000_000),
            (_day + (11 * PageKey.Hour) + 17_000, _store.Now),
            (_day + (5 * PageKey.Hour), _day + PageKey.Day - 1),
        })
        {
            var removal = await new ReadingRemoval(_store.Maintenance, _store.Sql, new PausedTime(_store.Time, AssertNewest)) { RowsOfAStep = 100 }.RemoveAsync("s1", from, to);
            Assert.Equal(_times.RemoveWhere(ts => ts >= from && ts <= to), removal?.Deleted);
            AssertRight();
        }

        // It is a row, and the day has too few readings to be sealed before it ends.
        Assert.Single(_store.Readings());
        Write(_store.Now - Step, _store.Now);
        _store.Seal();
        AssertRight();
        Assert.Equal(3, _store.Readings().Count);
    }

    /// <summary>The way out that the log names.</summary>
    [Fact]
    public async Task A_day_with_a_damaged_page_is_removed_as_a_whole()
    {
        _store.Seal();
        var late = _day + (9 * PageKey.Hour);
        Assert.All(_store.Write([.. Enumerable.Range(0, 300).Select(i => Reading(late + 1 + (i * Step), 20))]).Outcomes, outcome => Assert.Equal(OutcomeKind.Stored, outcome.Kind));
        _store.Execute("UPDATE pages SET body = zeroblob(40) WHERE id = (SELECT max(id) FROM pages);");
        var removal = new ReadingRemoval(_store.Maintenance, _store.Sql, _store.Time) { RowsOfAStep = 100 };
        Assert.Equal(_times.Count + 300, (await removal.RemoveAsync("s1", _day, _day + PageKey.Day - 1))?.Deleted);
        Assert.Empty(_store.Readings());
        Assert.Empty(Pages());
    }

    [Fact]
    public void The_day_is_sealed_as_a_whole_when_it_has_ended()
    {
        _store.Seal();
        _store.Time.Advance(TimeSpan.FromHours(26));
        Write(_day + (13 * PageKey.Hour), _day + (13 * PageKey.Hour) + 60_000);
        Write(_store.Now, _store.Now);
        _store.Seal();
        Assert.Equal([_store.Now], _store.Readings().Select(r => r.Ts));
        AssertRight();
    }

    private static void Fail(PageDamagedException e) => Assert.Fail(e.Message);

    private static double Temperature(long ts) => ts / 1_000 % 40;

    private void Write(long from, long to)
    {
        var times = new List<long>();
        for (var ts = from; ts <= to; ts += Step)
        {
            times.Add(ts);
            Assert.True(_times.Add(ts));
        }

        Assert.All(_store.Write([.. times.Select(ts => Reading(ts, Temperature(ts), receivedAt: _store.Now))]).Outcomes, outcome => Assert.Equal(OutcomeKind.Stored, outcome.Kind));
    }

    private List<(long Start, long Quarters)> Pages() =>
        _store.Rows("SELECT id, quarters FROM pages ORDER BY id;", r => (PageKey.StartOf(r.GetInt64(0)), r.GetInt64(1)));

    // Whatever is removed, the newest one that is left is a row.
    private void AssertNewest() => Assert.Equal(
        _store.Get<SeriesQueries>().Readings(_store.Get<SeriesQueries>().OfDevice("s1", 0, long.MaxValue, calibrated: false)!)[0].Ts,
        _store.Get<LatestQueries>().Read("s1").Single().Ts);

    private void AssertRight()
    {
        var series = _store.Get<SeriesQueries>().OfDevice("s1", 0, long.MaxValue, calibrated: false)!;
        Assert.Equal(_times.Reverse(), _store.Get<SeriesQueries>().Readings(series).Select(r => r.Ts));
        Assert.All(_store.Get<PageVerification>().Verify(), found => Assert.Empty(found.Wrong));
        AssertNewest();
        var seconds = Recomputation.Seconds(_times);
        var expected = _times.Reverse().Select(ts => new WeighedReading(ts, new(Temperature(ts), 50), new(seconds[ts], seconds[ts]))).ToList();
        foreach (var buckets in new[]
        {
            TimeBuckets.Of(TimeBuckets.Step), TimeBuckets.Of(4 * TimeBuckets.Step), TimeBuckets.Days(TimeZoneInfo.Utc), TimeBuckets.Days(TimeZoneInfo.FindSystemTimeZoneById("Asia/Kathmandu")),
        })
        {
            Recomputation.AssertSame(Recomputation.Of(expected, buckets), _store.Get<BucketQueries>().Newest(series.Parts, buckets, 10_000));
        }
    }
}
