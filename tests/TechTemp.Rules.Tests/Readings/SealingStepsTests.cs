using TechTemp.Data.Maintenance;
using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Queries;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Readings;

/// <summary>
/// A day of many readings is sealed, and removed, in several steps. Whatever happens between two of them, and wherever a process is killed, each reading is there
/// once, and the buckets are those of a device of which nothing was ever sealed.
/// </summary>
public sealed class SealingStepsTests : IDisposable
{
    private const long Hour = 3_600_000;
    private const int Count = 6_600;

    // The store's clock stands at noon.
    private readonly TestStore _store = new();
    private readonly long _day;
    private readonly SortedSet<long> _times = [];
    private int _copies;

    public SealingStepsTests()
    {
        _day = PageKey.DayOf(_store.Now) - PageKey.Day;
        Write([.. Enumerable.Range(0, Count).Select(i => _day + (i * 13_000L)), _store.Now]);
    }

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(1_000)]
    [InlineData(170)]
    public void A_process_that_is_killed_after_any_step_leaves_each_reading_once(int rowsOfAStep)
    {
        var (kills, readings, days) = (0, 0L, 0);
        while (Sealing(rowsOfAStep).Seal(Fail).Take(1).ToList() is [var step])
        {
            kills++;
            (readings, days) = (readings + step.Readings, days + step.Days);
            AssertRight();
        }

        Assert.InRange(kills, Count / rowsOfAStep, Count);
        Assert.Equal(1, days);
        AssertSealed();
        Assert.Equal([(4L, 24L)], Pages());
    }

    [Fact]
    public void All_steps_together_say_how_much_was_sealed()
    {
        var all = Sealing(500).Seal(Fail).Aggregate((one, other) => one + other);
        Assert.Equal((Count, 1), (all.Readings, all.Days));
        Assert.Equal(all.Bytes, _store.Rows("SELECT sum(length(head) + length(body)) FROM pages;", r => r.GetInt64(0)).Single());
    }

    /// <summary>Wherever it belongs: into a page that is there, beside the last reading of one, into rows that are still to be sealed.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(Hour - 1)]
    [InlineData((3 * Hour) + 1)]
    [InlineData(20 * Hour)]
    [InlineData((24 * Hour) - 1)]
    public void A_late_reading_between_two_steps_has_the_day_sealed_again(long at)
    {
        var late = 0;
        foreach (var step in Sealing(900).Seal(Fail))
        {
            if (++late <= 12)
            {
                Write(_day + Math.Clamp(at + (late * 7), 1, PageKey.Day - 20 + late));
            }

            AssertRight();
        }

        _store.Seal();
        AssertRight();
        AssertSealed();
        Assert.InRange(late, 8, 100);
    }

    [Fact]
    public async Task A_removal_between_two_steps_has_the_day_sealed_again()
    {
        var steps = 0L;
        foreach (var step in Sealing(900).Seal(Fail))
        {
            steps++;
            await RemoveAsync(_day + (steps * 2 * Hour) - 20_000, _day + (steps * 2 * Hour) + 20_000);
            await RemoveAsync(_day + (24 * Hour) - (steps * Hour) - 100_000, _day + (24 * Hour) - (steps * Hour) + 20_000);
            AssertRight();
        }

        // Not tried for ever in one go.
        _store.Seal();
        AssertRight();
        AssertSealed();
    }

    /// <summary>Whoever asks for the newest reading looks for a row.</summary>
    [Fact]
    public async Task A_day_whose_newest_reading_becomes_the_device_s_newest_is_not_sealed_to_its_end()
    {
        foreach (var step in Sealing(900).Seal(Fail))
        {
            await RemoveAsync(_store.Now, _store.Now);
        }

        Assert.NotEmpty(_store.Readings());
        Assert.Equal(_times.Max, _store.Get<LatestQueries>().Read("s1").Single().Ts);
        AssertRight();
        Write(_store.Now);
        _store.Seal();
        AssertRight();
        AssertSealed();
    }

    [Fact]
    public void Only_the_pages_that_change_are_written_again()
    {
        _store.Seal();
        // A page that is written has it again.
        _store.Execute("ALTER TABLE pages ADD COLUMN is_written INTEGER NOT NULL DEFAULT 1; UPDATE pages SET is_written = 0;");
        Write(_day + (5 * Hour) + (Hour / 2));
        Assert.Equal(Count + 1, _store.Seal());
        Assert.Equal([5], Written());

        // For the reading beside it in the page before it counts the time up to it.
        Write(_day + (9 * Hour) + 1);
        Assert.Equal(Count + 2, _store.Seal());
        Assert.Equal([8, 9], Written());
        AssertRight();
        AssertSealed();

        List<long> Written()
        {
            var hours = _store.Rows("SELECT id & 16777215 FROM pages WHERE is_written ORDER BY 1;", r => ((r.GetInt64(0) * PageKey.Step) - _day) / Hour);
            _store.Execute("UPDATE pages SET is_written = 0;");
            return hours;
        }
    }

    [Fact]
    public async Task A_day_of_few_readings_gets_many_and_has_few_again()
    {
        var day = _day - PageKey.Day;
        Write([.. Enumerable.Range(0, 200).Select(i => day + (i * 400_000L) + 5)]);
        _store.Seal();
        Assert.Equal([(4L, 24L), (96L, 1L)], Pages());

        Write([.. Enumerable.Range(0, Count).Select(i => day + (i * 13_000L))]);
        while (Sealing(700).Seal(Fail).Take(1).ToList() is not [])
        {
            AssertRight(day);
        }

        AssertSealed();
        Assert.Equal([(4L, 48L)], Pages());

        await RemoveAsync(day + Hour + 1, day + (23 * Hour));
        AssertRight(day);
        Write(day + (2 * Hour), day + (20 * Hour));
        _store.Seal();
        AssertRight(day);
        AssertSealed();
        Assert.Equal([(4L, 24L), (96L, 1L)], Pages());
    }

    /// <summary>Of rows, of pages, and of a day that is both.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(100)]
    public async Task A_removal_that_is_killed_after_any_step_leaves_each_reading_once(int stepsOfASeal)
    {
        _ = Sealing(900).Seal(Fail).Take(stepsOfASeal).ToList();
        Write([.. Enumerable.Range(0, 300).Select(i => _day + (i * 250_000L) + 7)]);
        var (from, to) = (_day + (2 * Hour) - 500_000, _day + (19 * Hour) + 500_000);
        for (var isKilled = true; isKilled;)
        {
            try
            {
                await new ReadingRemoval(_store.Maintenance, _store.Sql, new PausedTime(_store.Time, () => throw new OperationCanceledException())) { RowsOfAStep = 100 }.RemoveAsync("s1", from, to);
                isKilled = false;
            }
            catch (OperationCanceledException)
            {
                var left = Readings().ToHashSet();
                _times.RemoveWhere(ts => ts >= from && ts <= to && !left.Contains(ts));
                AssertRight();
            }
        }

        _times.RemoveWhere(ts => ts >= from && ts <= to);
        AssertRight();
        _store.Seal();
        AssertRight();
        AssertSealed();

        // Without being killed: pages lie between the rows.
        Write([.. Enumerable.Range(0, 40).Select(i => _day + (20 * Hour) + (i * 250_000L) + 9)]);
        Assert.Equal(
            _times.RemoveWhere(ts => ts >= _day + (20 * Hour) && ts <= _day + (22 * Hour)),
            (await new ReadingRemoval(_store.Maintenance, _store.Sql, new PausedTime(_store.Time, AssertOnce)) { RowsOfAStep = 10 }.RemoveAsync("s1", _day + (20 * Hour), _day + (22 * Hour)))?.Deleted);
        AssertRight();

        await RemoveAsync(_day, _day + PageKey.Day - 1);
        Assert.Equal([_store.Now], Readings());
        Assert.Empty(Pages());
    }

    private static void Fail(PageDamagedException e) => Assert.Fail(e.Message);

    private ReadingSealing Sealing(int rowsOfAStep) => new(_store.Maintenance, _store.Sql, _store.Time) { RowsOfAStep = rowsOfAStep };

    private void Write(params long[] times)
    {
        var outcomes = _store.Write(Array.ConvertAll(times, ts => Reading(ts, ts / 1_000 % 40))).Outcomes;
        Assert.Equal(times.Select(ts => _times.Add(ts) ? OutcomeKind.Stored : OutcomeKind.Duplicate), outcomes.Select(o => o.Kind));
    }

    private async Task RemoveAsync(long from, long to)
    {
        var removal = await _store.Get<ReadingRemoval>().RemoveAsync("s1", from, to);
        Assert.Equal(_times.RemoveWhere(ts => ts >= from && ts <= to), removal?.Deleted);
    }

    private List<long> Readings() => [.. _store.Get<SeriesQueries>().Readings(_store.Get<SeriesQueries>().OfDevice("s1", 0, long.MaxValue, calibrated: false)!).Select(r => r.Ts).Reverse()];

    private List<(long Quarters, long Count)> Pages() => _store.Rows("SELECT quarters, count(*) FROM pages GROUP BY 1 ORDER BY 1;", r => (r.GetInt64(0), r.GetInt64(1)));

    private void AssertOnce() => Assert.Equal(Readings().Distinct(), Readings());

    private void AssertSealed() => Assert.DoesNotContain(_store.Readings(), r => r.Ts < PageKey.DayOf(_store.Now));

    // The newest day of a device is never sealed.
    private void AssertRight(long? of = null)
    {
        var day = of ?? _day;
        Assert.Equal(_times, Readings());
        Assert.All(_store.Get<PageVerification>().Verify(), found => Assert.Empty(found.Wrong));
        var copy = $"copy-{++_copies}";
        _store.Write([.. _times.Where(ts => PageKey.DayOf(ts) == day).Select(ts => Reading(ts, ts / 1_000 % 40, device: copy))]);
        foreach (var buckets in new[] { TimeBuckets.Of(TimeBuckets.Step), TimeBuckets.Of(4 * TimeBuckets.Step), TimeBuckets.Days(TimeZoneInfo.Utc) })
        {
            Recomputation.AssertSame(Of(copy, buckets), Of("s1", buckets));
        }

        // Before it is sealed, too.
        _store.Execute($"DELETE FROM devices WHERE uid = '{copy}';");

        IReadOnlyList<Bucket> Of(string device, TimeBuckets buckets) =>
            _store.Get<BucketQueries>().Newest(_store.Get<SeriesQueries>().OfDevice(device, day, day + PageKey.Day - 1, calibrated: false)!.Parts, buckets, 10_000);
    }
}
