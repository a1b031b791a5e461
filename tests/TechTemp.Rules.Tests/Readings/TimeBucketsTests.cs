using CsCheck;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Rules;

namespace TechTemp.Rules.Tests.Readings;

public sealed class TimeBucketsTests
{
    // Changes at 01:00 UTC, at 02:00 and by half an hour, at midnight both ways, of the rules, none, odd offsets, far from UTC.
    // Not among them: zones whose clocks went back over midnight after it had struck (St. John's at 00:01 until 2010, Casey).
    private static readonly string[] s_zones =
    [
        "UTC", "Europe/Brussels", "Europe/London", "Europe/Dublin", "America/New_York", "America/Scoresbysund", "America/Havana", "America/Sao_Paulo",
        "America/Santiago", "America/Asuncion", "America/Caracas", "Africa/Cairo", "Africa/Casablanca", "Asia/Kathmandu", "Asia/Tehran",
        "Asia/Beirut", "Asia/Amman", "Asia/Gaza", "Asia/Kolkata", "Asia/Pyongyang", "Australia/Lord_Howe", "Australia/Adelaide", "Pacific/Chatham",
        "Pacific/Kiritimati", "Pacific/Pago_Pago",
    ];

    public static TheoryData<string> Zones => [.. s_zones];

    private static readonly Gen<TimeBuckets> s_buckets = Gen.OneOf(
        Gen.OneOf(s_zones).Select(id => TimeBuckets.Days(Zone(id))),
        Gen.Int[1, 2_000].Select(steps => TimeBuckets.Of(steps * TimeBuckets.Step)));

    private const long Hour = 3_600_000;

    private static readonly Gen<long> s_ts = Gen.Long[ReadingRules.MinTs, 2_208_988_800_000];

    [Theory]
    [InlineData("01:00:00", "2026-03-01T12:34:56.789Z", "2026-03-01T12:00:00Z")]
    [InlineData("01:00:00", "2026-03-01T12:00:00.000Z", "2026-03-01T12:00:00Z")]
    [InlineData("01:00:00", "2026-03-01T12:59:59.999Z", "2026-03-01T12:00:00Z")]
    [InlineData("00:15:00", "2026-03-01T12:44:59.999Z", "2026-03-01T12:30:00Z")]
    [InlineData("00:45:00", "1970-01-01T02:00:00.000Z", "1970-01-01T01:30:00Z")]
    [InlineData("06:00:00", "2026-03-01T17:00:00.000Z", "2026-03-01T12:00:00Z")]
    [InlineData("1.00:00:00", "2026-03-01T23:59:59.999Z", "2026-03-01T00:00:00Z")]
    [InlineData("7.00:00:00", "1970-01-15T23:00:00.000Z", "1970-01-15T00:00:00Z")]
    public void A_bucket_of_a_fixed_length_starts_at_a_multiple_of_it(string length, string ts, string start) =>
        Assert.Equal(Ms(start), TimeBuckets.Of(TimeSpan.Parse(length, null)).StartOf(Ms(ts)));

    [Theory]
    [InlineData("00:00:00")]
    [InlineData("-00:15:00")]
    [InlineData("00:10:00")]
    [InlineData("00:15:00.0000001")]
    [InlineData("01:00:01")]
    public void A_length_that_is_no_multiple_of_15_minutes_is_refused(string length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TimeBuckets.Of(TimeSpan.Parse(length, null)));

    [Theory]
    // Brussels: +1, forward on 2026-03-29 at 02:00, back on 2026-10-25 at 03:00.
    [InlineData("Europe/Brussels", "2026-03-01T22:59:59.999Z", "2026-02-28T23:00:00Z")]
    [InlineData("Europe/Brussels", "2026-03-01T23:00:00.000Z", "2026-03-01T23:00:00Z")]
    [InlineData("Europe/Brussels", "2026-03-29T21:59:59.999Z", "2026-03-28T23:00:00Z")]
    [InlineData("Europe/Brussels", "2026-03-29T22:00:00.000Z", "2026-03-29T22:00:00Z")]
    [InlineData("Europe/Brussels", "2026-10-25T00:30:00.000Z", "2026-10-24T22:00:00Z")]
    [InlineData("Europe/Brussels", "2026-10-25T01:30:00.000Z", "2026-10-24T22:00:00Z")]
    [InlineData("Europe/Brussels", "2026-10-25T22:59:59.999Z", "2026-10-24T22:00:00Z")]
    [InlineData("Europe/Brussels", "2026-10-25T23:00:00.000Z", "2026-10-25T23:00:00Z")]
    // Kathmandu: +5:45, always.
    [InlineData("Asia/Kathmandu", "2026-03-01T18:14:59.999Z", "2026-02-28T18:15:00Z")]
    [InlineData("Asia/Kathmandu", "2026-03-01T18:15:00.000Z", "2026-03-01T18:15:00Z")]
    // Lord Howe: +10:30, in its summer +11; half an hour back on 2026-04-05 at 02:00, forward on 2026-10-04 at 02:00.
    [InlineData("Australia/Lord_Howe", "2026-04-05T13:29:59.999Z", "2026-04-04T13:00:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-04-05T13:30:00.000Z", "2026-04-05T13:30:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-10-04T12:59:59.999Z", "2026-10-03T13:30:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-10-04T13:00:00.000Z", "2026-10-04T13:00:00Z")]
    // Cairo: +2, forward on Friday 2024-04-26 at 00:00 (the day starts at 01:00), back on Friday 2024-11-01 at 00:00 (to 23:00 of the day before).
    [InlineData("Africa/Cairo", "2024-04-25T21:59:59.999Z", "2024-04-24T22:00:00Z")]
    [InlineData("Africa/Cairo", "2024-04-25T22:00:00.000Z", "2024-04-25T22:00:00Z")]
    [InlineData("Africa/Cairo", "2024-04-26T20:59:59.999Z", "2024-04-25T22:00:00Z")]
    [InlineData("Africa/Cairo", "2024-10-31T21:30:00.000Z", "2024-10-30T21:00:00Z")]
    [InlineData("Africa/Cairo", "2024-10-31T22:00:00.000Z", "2024-10-31T22:00:00Z")]
    // Havana: −5, forward on 2026-03-08 at 00:00 (the day starts at 01:00), back on 2026-11-01 at 01:00 (midnight is twice).
    [InlineData("America/Havana", "2026-03-08T04:59:59.999Z", "2026-03-07T05:00:00Z")]
    [InlineData("America/Havana", "2026-03-08T05:00:00.000Z", "2026-03-08T05:00:00Z")]
    [InlineData("America/Havana", "2026-03-09T03:59:59.999Z", "2026-03-08T05:00:00Z")]
    [InlineData("America/Havana", "2026-11-01T04:00:00.000Z", "2026-11-01T04:00:00Z")]
    [InlineData("America/Havana", "2026-11-01T05:30:00.000Z", "2026-11-01T04:00:00Z")]
    [InlineData("America/Havana", "2026-11-02T04:59:59.999Z", "2026-11-01T04:00:00Z")]
    [InlineData("America/Havana", "2026-11-02T05:00:00.000Z", "2026-11-02T05:00:00Z")]
    public void A_day_starts_when_its_date_begins_in_the_zone(string zone, string ts, string start) =>
        Assert.Equal(Ms(start), TimeBuckets.Days(Zone(zone)).StartOf(Ms(ts)));

    [Fact]
    public void The_start_of_a_bucket_is_not_after_its_moments_and_is_its_own_start() =>
        Gen.Select(s_buckets, s_ts).Sample(
            (buckets, ts) =>
            {
                var start = buckets.StartOf(ts);
                Assert.True(start <= ts);
                Assert.Equal(start, buckets.StartOf(start));
                Assert.True(buckets.StartOf(start - 1) < start);
                Assert.Equal(0, start % (long)TimeBuckets.Step.TotalMilliseconds);
            },
            iter: 20_000);

    [Fact]
    public void Later_moments_never_have_earlier_buckets() =>
        Gen.Select(s_buckets, s_ts, Gen.OneOf(Gen.Long[0, 7_200_000], Gen.Long[0, 100_000_000])).Sample(
            (buckets, ts, after) => Assert.True(buckets.StartOf(ts) <= buckets.StartOf(ts + after)),
            iter: 20_000);

    [Theory]
    [MemberData(nameof(Zones))]
    public void Around_every_change_of_clocks_a_day_has_the_moments_of_its_date(string zone)
    {
        var days = TimeBuckets.Days(Zone(zone));
        foreach (var change in Changes(zone))
        {
            var last = long.MinValue;
            for (var ts = change - 26 * Hour; ts <= change + 26 * Hour; ts += Hour / 4)
            {
                var start = days.StartOf(ts);
                Assert.True(start <= ts && start >= last, Moment());
                Assert.True(start == days.StartOf(start) && start % (Hour / 4) == 0, Moment());
                Assert.True(Date(start, zone) == Date(ts, zone) && Date(start - 1, zone) != Date(ts, zone), Moment());
                last = start;

                string Moment() => $"{DateTimeOffset.FromUnixTimeMilliseconds(ts):O} starts {DateTimeOffset.FromUnixTimeMilliseconds(start):O}";
            }
        }
    }

    [Fact]
    public void A_day_on_which_clocks_change_has_23_or_25_hours_of_readings()
    {
        var days = TimeBuckets.Days(Zone("Europe/Brussels"));
        Assert.Equal([24, 23, 24], Counts(days, "2026-03-27T23:00:00Z", hours: 71));
        Assert.Equal([24, 25, 24], Counts(days, "2026-10-23T22:00:00Z", hours: 73));
    }

    [Fact]
    public void Buckets_follow_each_other_without_a_gap() =>
        Gen.Select(s_buckets, s_ts).Sample(
            (buckets, ts) =>
            {
                var next = buckets.Next(buckets.StartOf(ts));
                Assert.True(ts < next);
                Assert.Equal(next, buckets.StartOf(next));
                Assert.Equal(buckets.StartOf(ts), buckets.StartOf(next - 1));
            },
            iter: 20_000);

    private static IEnumerable<int> Counts(TimeBuckets days, string from, int hours) =>
        Enumerable.Range(0, hours + 1).GroupBy(h => days.StartOf(Ms(from) + h * 3_600_000L)).Select(day => day.Count()).Take(3);

    /// <summary>The moments from 2000 to 2040 at which the offset of a zone changes.</summary>
    private static IEnumerable<long> Changes(string zone)
    {
        for (var day = ReadingRules.MinTs; day < Ms("2040-01-01T00:00:00Z"); day += 24 * Hour)
        {
            if (Offset(day) == Offset(day + 24 * Hour))
            {
                continue;
            }

            var (before, after) = (day, day + 24 * Hour);
            while (after - before > 1)
            {
                var middle = before + (after - before) / 2;
                (before, after) = Offset(middle) == Offset(day) ? (middle, after) : (before, middle);
            }

            yield return after;
        }

        TimeSpan Offset(long ts) => Zone(zone).GetUtcOffset(DateTimeOffset.FromUnixTimeMilliseconds(ts));
    }

    private static DateOnly Date(long ts, string zone) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(ts), Zone(zone)).DateTime);

    private static TimeZoneInfo Zone(string id) => TimeZoneInfo.FindSystemTimeZoneById(id);

    private static long Ms(string time) => DateTimeOffset.Parse(time, null).ToUnixTimeMilliseconds();
}
