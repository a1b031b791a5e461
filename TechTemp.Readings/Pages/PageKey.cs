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

    private const int StepBits = 24;

    /// <summary>The span's end, exclusive.</summary>
    public long End => Start + Length;

    /// <summary>
    /// The page's number: the device, then the quarters of an hour since 1970 in 24 bits (until 2448). Pages of one device follow each other in
    /// the order of time.
    /// </summary>
    public long Id => ((long)DeviceId << StepBits) | (Start / Step);

    /// <summary>The device of a page's number.</summary>
    public static int DeviceOf(long id) => (int)(id >> StepBits);

    /// <summary>The start of the span of a page's number, unix milliseconds UTC.</summary>
    public static long StartOf(long id) => (id & ((1L << StepBits) - 1)) * Step;

    /// <summary>How long the spans of a day are, so that a page stays small: the first query of a page decodes all of it.</summary>
    /// <param name="readings">How many readings the day has.</param>
    public static long LengthFor(int readings) => readings switch
    {
        > 6_000 => Day / 24,
        > 1_500 => Day / 4,
        _ => Day,
    };
}
