using TechTemp.Data.Maintenance;
using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Queries;
using TechTemp.Readings.Rules;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Readings;

/// <summary>When days are sealed, and what a damaged page does.</summary>
public sealed class SealedReadingsTests : IDisposable
{
    private const long Minute = 60_000;
    private const long Day = 86_400_000;

    // The store's clock stands at noon.
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_day_is_sealed_when_it_is_over_for_a_while_and_a_later_one_has_begun()
    {
        var midnight = PageKey.DayOf(_store.Now);
        _store.Write(Reading(midnight - Minute), Reading(midnight - (2 * Minute)));
        Assert.Equal(0, _store.Seal());
        _store.Write(Reading(midnight + 1));
        Assert.Equal(2, _store.Seal());
        Assert.Equal([midnight + 1], _store.Readings().Select(r => r.Ts));

        // The last one that is not of the future is what is shown.
        using var ahead = new TestStore();
        ahead.Write(Reading(midnight - Minute), Reading(ahead.Now + (20 * 60 * Minute)));
        Assert.Equal(0, ahead.Seal());
        Assert.Equal(midnight - Minute, ahead.Get<LatestQueries>().Read().Single().Ts);

        using var early = new TestStore();
        early.Time.SetUtcNow(DateTimeOffset.FromUnixTimeMilliseconds(midnight + Day) + ReadingSealing.Quiet - TimeSpan.FromMilliseconds(1));
        early.Write(Reading(midnight + Day - 1), Reading(midnight + Day));
        Assert.Equal(0, early.Seal());
        early.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, early.Seal());
    }

    [Fact]
    public void The_more_readings_a_day_has_the_shorter_are_its_pages()
    {
        var day = PageKey.DayOf(_store.Now) - Day;
        _store.Write([.. Enumerable.Range(0, 8_640).Select(i => Reading(day + (i * 10_000L), i % 40)), .. Enumerable.Range(0, 2_000).Select(i => Reading(day - Day + (i * 40_000L), i % 40)), Reading(_store.Now)]);
        Assert.Equal(10_640, _store.Seal());
        Assert.Equal([(4L, 24L), (24L, 4L)], _store.Rows("SELECT quarters, count(*) FROM pages GROUP BY 1 ORDER BY 1;", r => (r.GetInt64(0), r.GetInt64(1))));
        // Late ones in between change nothing but their page.
        _store.Write(Reading(day + 5), Reading(day + 5_000_001));
        Assert.Equal(8_642, _store.Seal());
        Assert.Equal(8_642, Series().Count(r => r.Ts >= day && r.Ts < day + Day));
    }

    [Fact]
    public void A_late_reading_of_a_sealed_day_is_new_a_duplicate_or_a_conflict()
    {
        var day = PageKey.DayOf(_store.Now) - Day;
        _store.Write(Reading(day + Minute, 20), Reading(day + (2 * Minute), 21), Reading(_store.Now));
        Assert.Equal(2, _store.Seal());

        var outcomes = _store.Write(Reading(day + Minute, 20), Reading(day + Minute, 20.5), Reading(day + 90_000, 22), Reading(day + 90_000, 22)).Outcomes;
        Assert.Equal([OutcomeKind.Duplicate, OutcomeKind.Rejected, OutcomeKind.Stored, OutcomeKind.Duplicate], outcomes.Select(o => o.Kind));
        Assert.Equal(RejectionReasons.Conflict, outcomes[1].Rejection?.Reason);
        Assert.Equal([20, 22, 21], Series().Reverse().Take(3).Select(r => r.Temperature));
        Assert.Equal(3, _store.Seal());
        Assert.Equal([20, 22, 21], Series().Reverse().Take(3).Select(r => r.Temperature));
    }

    [Fact]
    public void Late_readings_of_several_devices_and_days_are_each_compared_with_their_own_page()
    {
        var day = PageKey.DayOf(_store.Now) - (3 * Day);
        IncomingMessage At(int days, int minute, double temperature, string device) => Reading(day + (days * Day) + (minute * Minute), temperature, device: device);
        var first = (string[])["s1", "s2"];
        _store.Write([.. first.SelectMany(d => Enumerable.Range(0, 3).SelectMany(i => new[] { At(i, 1, i, d), At(i, 2, i, d) })), .. first.Select(d => Reading(_store.Now, device: d))]);
        Assert.Equal(12, _store.Seal());

        // In no order, and a device that is new among them.
        var result = _store.Write(
            At(2, 1, 2, "s2"), At(0, 1, 0, "s1"), At(1, 2, 9, "s1"), At(0, 3, 7, "s2"), At(0, 1, 0, "s3"), At(1, 1, 1, "s2"), At(0, 3, 7, "s2"), At(0, 3, 8, "s2"), At(2, 2, 2, "s1"));
        Assert.Equal(
            [
                OutcomeKind.Duplicate, OutcomeKind.Duplicate, OutcomeKind.Rejected, OutcomeKind.Stored, OutcomeKind.Stored, OutcomeKind.Duplicate, OutcomeKind.Duplicate,
                OutcomeKind.Rejected, OutcomeKind.Duplicate,
            ],
            result.Outcomes.Select(o => o.Kind));
        Assert.Equal([false, false, false, true, false, false, false, false, false], result.Outcomes.Select(o => o.Late));
        Assert.Equal(2, _store.Read(c => c.RejectedMessages.Count(r => r.Reason == RejectionReasons.Conflict)));
    }

    [Theory]
    [InlineData(0.1 + 0.2)]
    [InlineData(21.0204)]
    [InlineData(1.005)]
    [InlineData(-0.0)]
    public void A_number_is_the_same_to_the_last_bit(double value)
    {
        _store.Write(Reading(_store.Now - Day, value, 50), Reading(_store.Now));
        _store.Seal();
        Assert.Equal(BitConverter.DoubleToInt64Bits(value), BitConverter.DoubleToInt64Bits(Series().Last().Temperature));
    }

    [Fact]
    public async Task A_damaged_page_is_named_and_keeps_nobody_from_writing_or_from_sealing_another_day()
    {
        var day = PageKey.DayOf(_store.Now) - Day;
        _store.Write(Reading(day - Day + 1), Reading(day + 1), Reading(_store.Now));
        _store.Seal();
        _store.Execute($"UPDATE pages SET body = zeroblob(length(body)) WHERE (id & 16777215) = {(day - Day) / 900_000};");

        Assert.Contains("2026-02-27T00:00Z", Assert.Throws<PageDamagedException>(() => Series().Count()).Message, StringComparison.Ordinal);
        // Whether they came before cannot be told; they are kept and can be tried again. However many there are, the store works.
        var late = _store.Write([.. Enumerable.Range(2, 50).Select(i => Reading(day - Day + i))]).Outcomes;
        Assert.All(late, outcome => Assert.Equal(RejectionReasons.NotStorable, outcome.Rejection?.Reason));
        var outcomes = _store.Write(Reading(day - Day + 2), Reading(day + 2), Reading(_store.Now + 1)).Outcomes;
        Assert.Equal([OutcomeKind.Rejected, OutcomeKind.Stored, OutcomeKind.Stored], outcomes.Select(o => o.Kind));
        _store.Execute($"INSERT INTO readings (device_id, ts, temperature, humidity, source) VALUES (1, {day - Day + 3}, 1, 1, 0);");

        var damaged = new List<string>();
        Assert.Equal(2, _store.Get<ReadingSealing>().Seal(e => damaged.Add(e.Message)).Sum(s => s.Readings));
        Assert.Contains("2026-02-27", Assert.Single(damaged), StringComparison.Ordinal);
        Assert.Contains("2026-02-27", Assert.Single(_store.Get<PageVerification>().Verify().Single().Wrong), StringComparison.Ordinal);

        // A part of the day cannot be removed, the whole of it can.
        await Assert.ThrowsAsync<PageDamagedException>(() => _store.Get<ReadingRemoval>().RemoveAsync("s1", day - Day, day - 2));
        Assert.Equal(new Removal(2), await _store.Get<ReadingRemoval>().RemoveAsync("s1", day - Day, day - 1));
        Assert.Empty(_store.Get<PageVerification>().Verify().Single().Wrong);
        Assert.Equal(4, Series().Count());
    }

    private IEnumerable<SeriesReading> Series() => _store.Get<SeriesQueries>().Readings(_store.Get<SeriesQueries>().OfDevice("s1", 0, long.MaxValue, calibrated: true)!);
}
