namespace TechTemp.Data.Rollups;

/// <summary>
/// The lengths of time that readings are rolled up by, finest first. The base is 15 minutes because the offset of every
/// time zone is a multiple of it. Each divides the next, and all are counted from 1970-01-01T00:00Z.
/// </summary>
public enum RollupTier
{
    /// <summary>15 minutes.</summary>
    QuarterHour = 0,

    /// <summary>One hour.</summary>
    Hour = 1,

    /// <summary>Six hours: a quarter of a day.</summary>
    QuarterDay = 2,
}

internal static class RollupTiers
{
    public const int Count = 3;

    public static long LengthOf(RollupTier tier) => tier switch
    {
        RollupTier.QuarterHour => 900_000,
        RollupTier.Hour => 3_600_000,
        _ => 21_600_000,
    };

    /// <summary>The start of the coarsest tier's interval that a moment falls in; both unix milliseconds UTC.</summary>
    public static long Floor(long ts) => ts - ts % LengthOf(RollupTier.QuarterDay);

    /// <summary>The coarsest tier whose intervals a length is cut into without a rest.</summary>
    public static RollupTier CoarsestFor(long length) =>
        length % LengthOf(RollupTier.QuarterDay) == 0 ? RollupTier.QuarterDay
        : length % LengthOf(RollupTier.Hour) == 0 ? RollupTier.Hour
        : RollupTier.QuarterHour;
}
