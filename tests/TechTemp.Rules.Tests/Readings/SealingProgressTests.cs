using TechTemp.Data.Maintenance;
using TechTemp.Data.Readings;
using TechTemp.Readings.Pages;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Readings;

/// <summary>How far the sealing of a store is, as its operator sees it.</summary>
public sealed class SealingProgressTests : IDisposable
{
    private const long Day = 86_400_000;

    // The store's clock stands at noon.
    private readonly TestStore _store = new();
    private readonly long _today;

    public SealingProgressTests() => _today = PageKey.DayOf(_store.Now);

    public void Dispose() => _store.Dispose();

    [Fact]
    public void An_empty_store_has_nothing_to_seal() => AssertProgress(0, 0, null);

    [Fact]
    public void Each_day_counts_until_it_is_sealed()
    {
        _store.Write([.. Enumerable.Range(0, 5).Select(i => Reading(_today - (i * Day))), Reading(_today - (7 * Day)), Reading(_today - Day, device: "s2"), Reading(_today, device: "s2")]);
        // Two days without a reading need not be sealed.
        AssertProgress(8, 2, _today - (7 * Day));

        var sealing = new ReadingSealing(_store.Maintenance, _store.Sql, _store.Time) { RowsOfAStep = 2 };
        Assert.Equal(2, sealing.Seal(e => Assert.Fail(e.Message)).First().Days);
        AssertProgress(8, 4, _today - (3 * Day));
        _store.Seal();
        AssertProgress(8, 8, null);

        // A late reading, and a day that comes late as a whole.
        _store.Write(Reading(_today - (2 * Day) + 1), Reading(_today - (5 * Day)));
        AssertProgress(8, 6, _today - (5 * Day));
        _store.Seal();
        AssertProgress(8, 8, null);
    }

    [Fact]
    public void A_day_that_is_not_to_be_sealed_yet_is_not_finished()
    {
        // The newest reading that is not of the future keeps its day from being sealed.
        _store.Write(Reading(_today - (3 * Day)), Reading(_today - (2 * Day)), Reading(_store.Now + (20 * 3_600_000L)));
        AssertProgress(1, 0, _today - (3 * Day));
        _store.Seal();
        AssertProgress(1, 1, null);

        using var early = new TestStore();
        early.Time.SetUtcNow(DateTimeOffset.FromUnixTimeMilliseconds(_today + Day) + ReadingSealing.Quiet - TimeSpan.FromMilliseconds(1));
        early.Write(Reading(_today), Reading(_today + Day));
        Assert.Equal(0, early.Get<SealingProgressQueries>().ReadAnew().FinishedDays);
        early.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, early.Get<SealingProgressQueries>().ReadAnew().FinishedDays);
    }

    [Fact]
    public void A_damaged_page_that_keeps_its_day_from_being_sealed_is_named()
    {
        _store.Write(Reading(_today - (2 * Day)), Reading(_today - Day), Reading(_today));
        _store.Seal();
        _store.Write(Reading(_today - (2 * Day) + 1), Reading(_today - Day + 1));
        _store.Execute($"UPDATE pages SET body = zeroblob(length(body)) WHERE (id & 16777215) = {(_today - (2 * Day)) / PageKey.Step};");
        Assert.Single(_store.Get<ReadingSealing>().Seal(_ => { }));

        AssertProgress(2, 1, _today - (2 * Day), new DamagedDay("s1", _today - (2 * Day)));
    }

    [Fact]
    public void What_was_found_is_remembered_for_ten_seconds()
    {
        var queries = _store.Get<SealingProgressQueries>();
        Assert.Equal(0, queries.Read().FinishedDays);
        _store.Write(Reading(_today - Day), Reading(_today));
        _store.Time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(0, queries.Read().FinishedDays);
        _store.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, queries.Read().FinishedDays);
    }

    /// <summary>What a version without pages has left of its rollups is no day to seal, however much it is.</summary>
    [Fact]
    public void Days_whose_readings_are_gone_do_not_count()
    {
        _store.Write(Reading(_today - Day), Reading(_today));
        _store.Execute($"UPDATE devices SET raw_from = {_today - (2 * Day)}; INSERT INTO pages (id, quarters, head, body) VALUES ({(1L << 24) + ((_today - (9 * Day)) / PageKey.Step)}, 1, x'00', x'');");
        AssertProgress(1, 0, _today - Day);
        _store.Seal();
        AssertProgress(1, 1, null);
    }

    private void AssertProgress(long finished, long sealedDays, long? oldest, params DamagedDay[] damaged)
    {
        var progress = _store.Get<SealingProgressQueries>().ReadAnew();
        Assert.Equal((finished, sealedDays, oldest), (progress.FinishedDays, progress.SealedDays, progress.OldestUnsealed));
        Assert.Equal(damaged, progress.Damaged);
    }
}
