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

    /// <summary>Six hours: what most of a local day is made up of, where it does not begin at midnight UTC.</summary>
    QuarterDay = 2,

    /// <summary>A day of UTC.</summary>
    Day = 3,
}

internal static class RollupTiers
{
    public const int Count = 4;

    public const RollupTier Coarsest = RollupTier.Day;

    public static long LengthOf(RollupTier tier) => tier switch
    {
        RollupTier.QuarterHour => 900_000,
        RollupTier.Hour => 3_600_000,
        RollupTier.QuarterDay => 21_600_000,
        _ => 86_400_000,
    };

    /// <summary>The start of the coarsest tier's interval that a moment falls in; both unix milliseconds UTC.</summary>
    public static long Floor(long ts) => ts - ts % LengthOf(Coarsest);

    /// <summary>The coarsest tier whose intervals a length is cut into without a rest.</summary>
    public static RollupTier CoarsestFor(long length) =>
        length % LengthOf(RollupTier.Day) == 0 ? RollupTier.Day
        : length % LengthOf(RollupTier.QuarterDay) == 0 ? RollupTier.QuarterDay
        : length % LengthOf(RollupTier.Hour) == 0 ? RollupTier.Hour
        : RollupTier.QuarterHour;
}
