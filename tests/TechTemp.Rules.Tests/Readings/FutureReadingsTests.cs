using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Readings;

/// <summary>A reading that is dated ahead, but not so far that it is held, is stored; it is its device's latest when its time has come.</summary>
public sealed class FutureReadingsTests : IDisposable
{
    private const long Minute = 60_000;
    private const long Hour = 60 * Minute;

    private readonly TestStore _store = new();

    private long Now => _store.Now;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public void The_latest_is_the_newest_that_is_not_of_the_future()
    {
        var tomorrow = Now + 23 * Hour;
        Write((Now, 1), (tomorrow, 2), (Now + Minute, 3));
        Assert.Equal((Now + Minute, 3d), Latest());

        // Nothing is committed meanwhile.
        _store.Time.Advance(TimeSpan.FromHours(23) - TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        Assert.Equal(3d, Latest()?.Temperature);
        _store.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((tomorrow, 2d), Latest());
    }

    [Theory]
    [InlineData("00:00:00", 0)]
    [InlineData("02:00:00", 2 * Hour)]
    public void The_tolerance_can_be_configured(string tolerance, long ahead)
    {
        using var store = new TestStore(("Ingest:FutureTolerance", tolerance));
        store.Write(Reading(store.Now + ahead, 1), Reading(store.Now + ahead + Minute, 2));
        Assert.Equal(1, store.Get<LatestQueries>().Read().Single().Temperature);
    }

    [Fact]
    public void A_device_that_has_only_readings_of_the_future_has_no_latest()
    {
        Write((Now + Hour, 1));
        Assert.Null(Latest());
        Assert.Empty(_store.Write(Reading(Now + 2 * Hour)).States);
    }

    [Fact]
    public void A_device_that_counts_is_told_what_is_acknowledged_all_the_same()
    {
        var state = _store.Write(Raw(Payload(Now + Hour, 1, 50)[..^1] + ", \"seq\": 1, \"seq_oldest\": 1}")).States.Single();
        Assert.Equal((1, Now + Hour), (state.AckedSeq, state.Ts));
    }

    [Fact]
    public async Task The_state_is_that_of_the_latest()
    {
        Assert.Equal(Now, Write((Now, 1), (Now + 23 * Hour, 2)).States.Single().Ts);
        Assert.Equal((Now + Minute, 3d), State(Write((Now + Minute, 3))));
        // After a restart as well.
        using var next = _store.NewWriter();
        Assert.Equal((Now + 2 * Minute, 4d), State(await next.WriteAsync([Reading(Now + 2 * Minute, 4)], Cancel)));
    }

    [Fact]
    public async Task A_reading_whose_time_has_come_becomes_the_state_although_nothing_is_stored()
    {
        Write((Now, 1), (Now + Hour, 2));
        var told = new List<double>();
        await TellAsync(told);
        _store.Time.Advance(TimeSpan.FromMinutes(54));
        await TellAsync(told);
        _store.Time.Advance(TimeSpan.FromMinutes(1));
        await TellAsync(told);
        _store.Time.Advance(TimeSpan.FromMinutes(1));
        await TellAsync(told);
        Assert.Equal([1, 1, 2], told);
    }

    [Fact]
    public void A_reading_of_the_future_makes_those_before_it_late()
    {
        Write((Now + Hour, 1));
        Assert.True(Write((Now, 2)).Outcomes.Single().Late);
    }

    [Fact]
    public void Where_this_machine_is_behind_the_time_of_the_devices_counts()
    {
        Write((Now, 1), (Now + 2 * Hour, 2));
        var clock = _store.Get<ReadingClock>();
        clock.Set(Now + 2 * Hour - 6 * Minute);
        Assert.Equal(1d, Latest()?.Temperature);
        _store.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2d, Latest()?.Temperature);
        Assert.Equal(2d, State(Write((Now, 3))).Temperature);
        clock.Set(null);
        Assert.Equal(3d, Latest()?.Temperature);
    }

    [Fact]
    public void A_clock_that_has_gone_back_hides_nothing_that_was_shown()
    {
        Write((Now, 1));
        // A fake clock does not go back: everything is moved ahead instead.
        _store.Execute($"UPDATE readings SET ts = {Now + 12 * Hour}; UPDATE devices SET last_seen_at = {Now + 12 * Hour};");
        Assert.Equal((Now + 12 * Hour, 1d), Latest());
        Assert.Equal(Now + 12 * Hour, State(Write((Now, 2))).Ts);
    }

    private BatchResult Write(params (long Ts, double Temperature)[] readings) =>
        _store.Write([.. readings.Select(r => Reading(r.Ts, r.Temperature, receivedAt: Now))]);

    private (long Ts, double Temperature)? Latest() =>
        _store.Get<LatestQueries>().Read() is [var latest] ? (latest.Ts, latest.Temperature) : null;

    private Task TellAsync(List<double> told) => _store.Writer.TellChangesAsync(states => told.Add(states.Single().Temperature), Cancel);

    private static (long Ts, double Temperature) State(BatchResult result) => (result.States.Single().Ts, result.States.Single().Temperature);
}
