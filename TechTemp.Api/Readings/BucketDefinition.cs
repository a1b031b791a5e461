using TechTemp.Api.Http;
using TechTemp.Readings.Buckets;

namespace TechTemp.Api.Readings;

/// <summary>Reads the <c>bucket</c> and <c>tz</c> of a query: <c>raw</c>, <c>hour</c>, <c>day</c>, <c>PT15M</c>, <c>PT1H30M</c>, <c>P7D</c>.</summary>
internal static class BucketDefinition
{
    private const string Rule = "must be raw, hour, day, or an ISO 8601 duration that is a multiple of PT15M, up to P366D";
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(366);

    /// <summary>The buckets; null for raw readings, or when the errors say what is wrong.</summary>
    public static TimeBuckets? Parse(Errors errors, string? bucket, string? tz)
    {
        var zone = TimeZoneInfo.Utc;
        if (tz is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(tz, out zone))
        {
            errors.Add("tz", "must be an IANA time zone such as Europe/Brussels");
            zone = TimeZoneInfo.Utc;
        }

        switch (bucket)
        {
            case null or "raw":
                return null;
            case "hour":
                return TimeBuckets.Of(TimeSpan.FromHours(1));
            case "day":
                return TimeBuckets.Days(zone);
        }

        if (!QueryDuration.TryParse(bucket, out var length) || length <= TimeSpan.Zero || length > s_longest || length.Ticks % TimeBuckets.Step.Ticks != 0)
        {
            errors.Add("bucket", Rule);
            return null;
        }

        return TimeBuckets.Of(length);
    }
}
