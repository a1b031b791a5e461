using TechTemp.Data.Readings;
using TechTemp.Data.Store;
using TechTemp.Readings.Buckets;

namespace TechTemp.Data.Rollups;

/// <summary>A reading with the time that it stands for.</summary>
/// <param name="Reading">The reading, as it was measured.</param>
/// <param name="Seconds">See <see cref="ReadingTime"/>.</param>
internal readonly record struct WeighedReading(Measurement Reading, long Seconds)
{
    /// <summary>Weighs the rows of a statement as it returns them.</summary>
    /// <param name="rows">Time, temperature and humidity of one device's readings, oldest first. The caller reads to the end.</param>
    public static IEnumerable<WeighedReading> Of(Statement rows)
    {
        long? before = null;
        for (var next = Next(rows); next is { } reading; before = reading.Ts)
        {
            next = Next(rows);
            yield return new(reading, ReadingTime.Seconds(before, reading.Ts, next?.Ts));
        }
    }

    /// <summary>The reading of the statement's next row; null after the last one.</summary>
    public static Measurement? Next(Statement rows) => rows.Step() ? new(rows.Long(0), rows.Number(1), rows.Number(2)) : null;
}
