using TechTemp.Readings.Buckets;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Maintenance;

/// <summary>
/// Encodes all readings of a device's day of UTC. The weights of readings in the head of a page depend on no other day
/// (<see cref="ReadingTime"/>), so whoever encodes a day as a whole gets right heads.
/// </summary>
internal static class DayEncoder
{
    /// <summary>The pages of a day, oldest first.</summary>
    /// <param name="deviceId">The store's key of the device.</param>
    /// <param name="readings">All readings that the day has; null for none.</param>
    /// <param name="length">The length of each page's span, milliseconds; null for what suits so many readings.</param>
    public static List<Page> Encode(int deviceId, PageReadings? readings, long? length = null)
    {
        var pages = new List<Page>();
        for (var first = 0; first < readings?.Times.Length;)
        {
            var key = KeyOf(deviceId, readings.Times[first], length ?? PageKey.LengthFor(readings.Times.Length));
            var beyond = Array.FindIndex(readings.Times, first, ts => ts >= key.End);
            var count = (beyond < 0 ? readings.Times.Length : beyond) - first;
            pages.Add(PageEncoder.Encode(key, readings.Slice(first, count), Neighbours(readings, first, count)));
            first += count;
        }

        return pages;
    }

    /// <summary>The key of the page that holds readings of a moment.</summary>
    public static PageKey KeyOf(int deviceId, long ts, long length) => new(deviceId, ts - (ts % length), length);

    private static Func<Quantity, PageEncoder.Neighbours> Neighbours(PageReadings day, int first, int count) => quantity =>
    {
        var values = day.Values(quantity);
        var before = Array.FindLastIndex(values, Math.Max(0, first - 1), first, value => !double.IsNaN(value));
        var after = Array.FindIndex(values, first + count, value => !double.IsNaN(value));
        return new(before < 0 ? null : day.Times[before], after < 0 ? null : day.Times[after]);
    };
}
