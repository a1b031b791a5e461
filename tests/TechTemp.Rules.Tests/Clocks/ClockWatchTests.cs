using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using TechTemp.Data.Clocks;
using TechTemp.Data.Sqlite.Clocks;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Clocks;

/// <summary>Which clock is wrong: a device's, or this machine's.</summary>
public sealed class ClockWatchTests : IDisposable
{
    private const long Minute = 60_000;
    private const long Hour = 60 * Minute;
    private const long Year = 365 * 24 * Hour;

    private readonly TestStore _store = new();
    private readonly LogLines<ClockWatch> _log = new();
    private readonly ClockWatch _watch;

    public ClockWatchTests() => _watch = ActivatorUtilities.CreateInstance<ClockWatch>(_store.Host.Services, _log);

    private long Now => _store.Now;

    public void Dispose()
    {
        _watch.Dispose();
        _store.Dispose();
    }

    [Fact]
    public async Task A_device_within_the_tolerance_is_not_ahead()
    {
        Write((Now + 5 * Minute, "s1"), (Now, "s2"));
        Assert.Empty(Look().Ahead);
        Assert.Empty(_log.Written);
        Assert.Equal(HealthStatus.Healthy, await HealthAsync());
    }

    [Fact]
    public async Task A_single_device_that_is_ahead_is_named_once_until_its_time_has_come()
    {
        Write((Now, "s1"), (Now + 2 * Hour, "s2"));
        Look();
        Assert.Equal([new("s2", Now + 2 * Hour, IsHeld: false)], Look().Ahead);
        Assert.Contains("The clock of device s2 is ahead: a reading of it is dated 2026-03-01 14:00:00Z", Assert.Single(_log.Written), StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Healthy, await HealthAsync());

        _store.Time.Advance(TimeSpan.FromHours(2));
        Assert.Empty(Look().Ahead);
        Write((Now + 2 * Hour, "s2"));
        Look();
        Assert.Equal(2, _log.Written.Count);
    }

    [Fact]
    public async Task Held_readings_of_a_single_device_degrade_health_for_an_hour()
    {
        Write((Now, "s1"), (Now + Year, "s2"));
        var report = Look();
        Assert.Equal([new("s2", Now + Year, IsHeld: true)], report.Ahead);
        Assert.False(report.IsBehind);
        Assert.Contains("s2", Assert.Single(_log.Written), StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Degraded, await HealthAsync());

        _store.Time.Advance(TimeSpan.FromMinutes(61));
        Look();
        Assert.Equal(HealthStatus.Healthy, await HealthAsync());
    }

    [Theory]
    [InlineData(2 * Hour)]
    [InlineData(6 * Year)]
    public async Task Where_most_devices_are_ahead_this_machine_is_behind(long behind)
    {
        Write((Now, "right"), (Now + behind, "s1"), (Now + behind + 1, "s2"), (Now + behind + Hour, "s3"), (Now - Hour, "silent"));
        var report = Look();
        Assert.Equal(TimeSpan.FromMilliseconds(behind + 1), report.Behind);
        Assert.Contains("This machine's clock (2026-03-01 12:00:00Z) seems to be behind by", Assert.Single(_log.Written), StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Degraded, await HealthAsync());
    }

    [Fact]
    public async Task A_clock_that_goes_back_is_behind_what_it_has_seen()
    {
        Write((Now, "s1"), (Now, "s2"));
        Assert.False(Look().IsBehind);
        // A fake clock does not go back; one that has received readings of later did.
        _store.Execute($"UPDATE devices SET last_seen_at = {Now + Year}; UPDATE readings SET ts = {Now + Year};");
        Assert.Equal(TimeSpan.FromMilliseconds(Year), Look().Behind);

        _store.Time.Advance(TimeSpan.FromMilliseconds(Year));
        Assert.False(Look().IsBehind);
        Assert.Contains("no longer behind", _log.Written[^1], StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Healthy, await HealthAsync());
    }

    [Fact]
    public void Two_of_many_do_not_decide()
    {
        Write((Now, "s1"), (Now, "s2"), (Now + 2 * Hour, "s3"), (Now + 2 * Hour, "s4"));
        var report = Look();
        Assert.False(report.IsBehind);
        Assert.Equal(2, report.Ahead.Count);
    }

    [Fact]
    public void A_store_that_fails_leaves_the_last_report()
    {
        Write((Now, "s1"), (Now + 2 * Hour, "s2"));
        Look();
        _store.Execute("ALTER TABLE devices RENAME TO gone;");
        Assert.Single(Look().Ahead);
    }

    private void Write(params (long Ts, string Device)[] readings) => _store.Write([.. readings.Select(r => Reading(r.Ts, device: r.Device, receivedAt: Now))]);

    private ClockReport Look()
    {
        _watch.Look();
        return _watch.Report;
    }

    private async Task<HealthStatus> HealthAsync() => (await new ClockHealthCheck(_watch).CheckHealthAsync(new(), TestContext.Current.CancellationToken)).Status;
}
