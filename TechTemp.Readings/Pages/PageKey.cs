namespace TechTemp.Readings.Pages;

/// <summary>Which readings a page holds: those of one device from <see cref="Start"/> up to, not including, <see cref="End"/>.</summary>
/// <param name="DeviceId">The store's key of the device, 1 or more.</param>
/// <param name="Start">The span's start, unix milliseconds UTC, a multiple of <see cref="Step"/> and not negative.</param>
/// <param name="Length">The span's length, milliseconds: a day, six hours or an hour.</param>
public readonly record struct PageKey(int DeviceId, long Start, long Length)
{
    /// <summary>Every span begins at a multiple of it, milliseconds.</summary>
    public const long Step = 15 * 60 * 1000;

    /// <summary>The longest span, milliseconds: a day of UTC.</summary>
    public const long Day = 24 * 60 * 60 * 1000;

    /// <summary>The span of a page of a day with many readings, milliseconds.</summary>
    public const long QuarterDay = Day / 4;

    /// <summary>The span of a page of a day with very many readings, milliseconds.</summary>
    public const long Hour = Day / 24;

    /// <summary>A day with more readings has pages of an hour.</summary>
    public const int MostInQuarterDays = 6_000;

    /// <summary>How many bits of a page's number say when it starts.</summary>
    public const int StepBits = 24;

    /// <summary>The greatest number that these bits can have.</summary>
    public const long LastStep = (1L << StepBits) - 1;

    /// <summary>The span's end, exclusive.</summary>
    public long End => Start + Length;

    /// <summary>
    /// The page's number: the device, then the quarters of an hour since 1970 in 24 bits (until 2448). Pages of one device follow each other in
    /// the order of time.
    /// </summary>
    public long Id => ((long)DeviceId << StepBits) | (Start / Step);

    /// <summary>Whether the readings of a device and a moment belong to the page.</summary>
    /// <param name="deviceId">The store's key of the device.</param>
    /// <param name="ts">The moment, unix milliseconds UTC.</param>
    public bool Holds(int deviceId, long ts) => deviceId == DeviceId && ts >= Start && ts < End;

    /// <summary>The device of a page's number.</summary>
    public static int DeviceOf(long id) => (int)(id >> StepBits);

    /// <summary>The start of the span of a page's number, unix milliseconds UTC.</summary>
    public static long StartOf(long id) => (id & LastStep) * Step;

    /// <summary>The start of the day of UTC of a moment, both unix milliseconds UTC.</summary>
    public static long DayOf(long ts) => ts - (ts % Day);

    /// <summary>The least number that a page of a device can have that holds readings of a moment or later.</summary>
    /// <param name="deviceId">The store's key of the device.</param>
    /// <param name="ts">Any number: unix milliseconds UTC.</param>
    public static long FirstId(int deviceId, long ts) => ((long)deviceId << StepBits) | Math.Clamp(DayOf(Math.Max(ts, 0)) / Step, 0, LastStep);

    /// <summary>The greatest number that a page of a device can have that holds readings of a moment or earlier.</summary>
    /// <inheritdoc cref="FirstId" path="/param"/>
    public static long LastId(int deviceId, long ts) => ((long)deviceId << StepBits) | Math.Clamp(ts / Step, 0, LastStep);

    /// <summary>How long the spans of a day are, so that a page stays small: the first query of a page decodes all of it.</summary>
    /// <param name="readings">How many readings the day has.</param>
    public static long LengthFor(int readings) => readings switch
    {
        > MostInQuarterDays => Hour,
        > 1_500 => QuarterDay,
        _ => Day,
    };
}
