using CsCheck;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Readings.Queries;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Readings;

public sealed class ReadingGapsTests : IDisposable
{
    private const long Minute = 60_000;

    private static readonly Gen<(int[] Times, int From, int To, int? LongerThan)> s_cases = Gen.Select(
        Gen.Int[0, 100].Array[0, 20], Gen.Int[-5, 105], Gen.Int[-5, 105], Gen.OneOf(Gen.Const((int?)null), Gen.Int[1, 20].Select(i => (int?)i)));

    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_step_longer_than_three_times_the_usual_one_is_a_gap()
    {
        WriteMinutesAgo([60, 55, 50, 45, 30, 25, 20, 4, 0]);
        var found = Find();
        Assert.Equal(15 * Minute, found.LongerThan);
        Assert.Equal([new ReadingGap(Ago(20), Ago(4), 16 * Minute)], found.Gaps);
    }

    [Fact]
    public void A_device_that_is_silent_is_in_a_gap_that_is_open()
    {
        WriteMinutesAgo([40, 35, 30, 16]);
        Assert.Equal([(Ago(16), null, 16 * Minute)], Find().Gaps.Select(g => (g.From, g.To, g.Length)));
        _store.Write(Reading(_store.Now - Minute));
        Assert.Empty(Find().Gaps);
    }

    [Fact]
    public void A_device_that_was_silent_for_the_whole_range_is_in_a_gap_all_the_same()
    {
        WriteMinutesAgo([600, 595, 590, 10, 5, 0]);
        Assert.Equal([new ReadingGap(Ago(590), Ago(10), 580 * Minute)], Find(Ago(300), Ago(100)).Gaps);
        Assert.Equal([new ReadingGap(Ago(590), Ago(10), 580 * Minute)], Find(Ago(589), Ago(589)).Gaps);
        Assert.Empty(Find(Ago(10), Ago(0)).Gaps);
        Assert.Empty(Find(Ago(700), Ago(591)).Gaps);
    }

    [Fact]
    public void A_device_without_cadence_has_gaps_only_of_a_length_that_is_asked_for()
    {
        WriteMinutesAgo([100]);
        Assert.Equivalent(new ReadingGapList(null, []), Find());
        Assert.Equal([(Ago(100), (long?)null)], Find(longerThan: 99 * Minute).Gaps.Select(g => (g.From, g.To)));
        Assert.Empty(Find(longerThan: 100 * Minute).Gaps);
        Assert.Empty(Find(device: "nobody", longerThan: Minute).Gaps);
    }

    [Fact]
    public void A_gap_ends_at_a_reading_wherever_its_page_begins()
    {
        WriteMinutesAgo([100, 60, 40]);
        ReadingGap[] gaps = [new(Ago(60), Ago(40), 20 * Minute), new(Ago(100), Ago(60), 40 * Minute)];
        Assert.Equal(gaps, Find(to: Ago(41), longerThan: Minute, before: Ago(40)).Gaps);
        Assert.Equal(gaps, Find(to: Ago(41), longerThan: Minute, before: Ago(50)).Gaps);
        Assert.Equal(gaps, Find(to: Ago(41), longerThan: Minute, before: long.MaxValue).Gaps);
    }

    [Fact]
    public void The_usual_cadence_is_that_of_the_newest_readings()
    {
        // A device that measured every hour, and does so every minute since it was set up anew.
        WriteMinutesAgo(Enumerable.Range(0, ReadingGaps.CadenceSteps + 1).Concat(Enumerable.Range(20, 2_000).Select(hour => hour * 60)));
        Assert.Equal(3 * Minute, Find(limit: 1).LongerThan);
        Assert.Equal(180 * Minute, Find(to: Ago(100 * 60), limit: 1).LongerThan);
    }

    [Fact]
    public void Of_a_page_the_last_ones_start_leads_to_the_next_page()
    {
        WriteMinutesAgo([0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32]);
        var pages = new List<ReadingGap>();
        for (var page = Find(limit: 1); page.Gaps is [var gap]; page = Find(before: gap.From, limit: 1))
        {
            pages.Add(gap);
        }

        Assert.Equal(Find().Gaps, pages);
        Assert.Equal([Ago(10), Ago(20), Ago(30)], pages.Select(g => g.From));
    }

    [Fact]
    public void Whatever_the_readings_and_the_range_the_gaps_are_those_of_a_look_at_all_of_them()
    {
        var run = 0;
        s_cases.Sample(
            (times, a, b, longerThan) =>
            {
                var device = $"g{Interlocked.Increment(ref run)}";
                var (from, to) = (Math.Min(a, b), Math.Max(a, b));
                var all = times.Distinct().Order().Select(m => Ago(100 - m)).ToList();
                _store.Write([.. all.Select(ts => Reading(ts, device: device))]);
                var (first, last) = (Ago(100 - from), Ago(100 - to));
                var known = all.Where(ts => ts <= last).ToList();
                var steps = known.Zip(known.Skip(1), (x, y) => y - x).Order().ToList();
                var threshold = longerThan * Minute ?? (steps.Count == 0 ? null : 3 * steps[steps.Count / 2]);
                var expected = all.Zip(all.Skip(1).Select(ts => (long?)ts).Append(null))
                    .Where(gap => (gap.Second ?? _store.Now) - gap.First > threshold && gap.First <= last && !(gap.Second <= first))
                    .Select(gap => (gap.First, gap.Second))
                    .Reverse();
                Assert.Equal(expected, Find(first, last, device, longerThan * Minute).Gaps.Select(g => (g.From, g.To)));
            },
            iter: 300,
            threads: 1);
    }

    [Fact]
    public async Task A_search_that_nobody_waits_for_any_more_ends()
    {
        WriteMinutesAgo(Enumerable.Range(0, 10));
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var id = _store.Read(c => c.Devices.Single().Id);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _store.Get<ReadingGaps>().FindAsync(id, 0, _store.Now, null, null, 100, cancelled.Token));
    }

    private long Ago(long minutes) => _store.Now - minutes * Minute;

    private void WriteMinutesAgo(IEnumerable<int> minutes) => _store.Write([.. minutes.Distinct().Select(m => Reading(Ago(m)))]);

    private ReadingGapList Find(
        long? from = null, long? to = null, string device = "s1", long? longerThan = null, long? before = null, int limit = 100)
    {
        var id = _store.Read(c => c.Devices.Where(d => d.Uid == device).Select(d => d.Id).SingleOrDefault());
        return StoreAnswers.Ended(_store.Get<ReadingGaps>().FindAsync(id, from ?? 0, to ?? _store.Now, longerThan, before, limit, TestContext.Current.CancellationToken));
    }
}
