using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Readings;

/// <summary>One reading of a series.</summary>
/// <param name="Ts">Unix milliseconds UTC.</param>
/// <param name="Values">What was measured.</param>
/// <param name="Source">The way it came in.</param>
/// <param name="DeviceId">The store's key of its device.</param>
public readonly record struct SeriesReading(long Ts, QuantityValues Values, ReadingSource Source, int DeviceId);
