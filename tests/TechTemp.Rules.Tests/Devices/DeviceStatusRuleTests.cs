using CsCheck;
using TechTemp.Readings.Devices;

namespace TechTemp.Rules.Tests.Devices;

public sealed class DeviceStatusRuleTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan s_millisecond = TimeSpan.FromMilliseconds(1);
    private static readonly DeviceStatusRule s_rule = new(lateAfter: TimeSpan.FromMinutes(15), offlineAfter: TimeSpan.FromHours(1));

    [Theory]
    [InlineData("-00:05:00", DeviceStatus.Online)]
    [InlineData("00:00:00", DeviceStatus.Online)]
    [InlineData("00:14:59.999", DeviceStatus.Online)]
    [InlineData("00:15:00", DeviceStatus.Late)]
    [InlineData("00:59:59.999", DeviceStatus.Late)]
    [InlineData("01:00:00", DeviceStatus.Offline)]
    [InlineData("3650.00:00:00", DeviceStatus.Offline)]
    public void A_limit_is_the_first_age_of_the_next_status(string age, DeviceStatus status) =>
        Assert.Equal(status, s_rule.Of(s_now - TimeSpan.Parse(age), s_now));

    [Fact]
    public void A_device_without_a_reading_was_never_seen()
    {
        Assert.Equal(DeviceStatus.Never, s_rule.Of(null, s_now));
        Assert.Null(s_rule.RangeOf(DeviceStatus.Never, s_now));
    }

    [Fact]
    public void Ranges_begin_a_millisecond_after_the_moment_of_a_limit()
    {
        var (late, offline) = (s_now - s_rule.LateAfter + s_millisecond, s_now - s_rule.OfflineAfter + s_millisecond);
        Assert.Equal(new LastSeenRange(late, null), s_rule.RangeOf(DeviceStatus.Online, s_now));
        Assert.Equal(new LastSeenRange(offline, late), s_rule.RangeOf(DeviceStatus.Late, s_now));
        Assert.Equal(new LastSeenRange(null, offline), s_rule.RangeOf(DeviceStatus.Offline, s_now));
    }

    [Fact]
    public void Each_time_is_in_the_range_of_its_status_and_in_no_other_one() =>
        // The clock is finer than the times of readings, and limits may be, too.
        Gen.Select(Gen.Long[0, 20_000], Gen.Long[1, 30_000], Gen.Long[0, 30_000], Gen.Int[-5, 10]).Sample((clock, late, more, milliseconds) =>
        {
            var rule = new DeviceStatusRule(TimeSpan.FromTicks(late), TimeSpan.FromTicks(late + more));
            var (now, lastSeen) = (s_now.AddTicks(clock), s_now.AddMilliseconds(-milliseconds));
            var statuses = new[] { DeviceStatus.Online, DeviceStatus.Late, DeviceStatus.Offline }.Where(status => Contains(rule.RangeOf(status, now)!.Value, lastSeen));
            Assert.Equal([rule.Of(lastSeen, now)], statuses);
        });

    [Fact]
    public void Where_both_limits_are_equal_no_device_is_late()
    {
        var rule = new DeviceStatusRule(TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        Assert.Equal(DeviceStatus.Online, rule.Of(s_now - rule.LateAfter + s_millisecond, s_now));
        Assert.Equal(DeviceStatus.Offline, rule.Of(s_now - rule.LateAfter, s_now));
        var range = rule.RangeOf(DeviceStatus.Late, s_now)!.Value;
        Assert.Equal(range.From, range.Before);
    }

    [Theory]
    [InlineData("00:00:00", "01:00:00")]
    [InlineData("-00:01:00", "01:00:00")]
    [InlineData("01:00:00.001", "01:00:00")]
    public void Limits_are_positive_and_the_second_one_is_not_shorter(string lateAfter, string offlineAfter) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new DeviceStatusRule(TimeSpan.Parse(lateAfter), TimeSpan.Parse(offlineAfter)));

    private static bool Contains(LastSeenRange range, DateTimeOffset time) => !(time < range.From) && !(time >= range.Before);
}
