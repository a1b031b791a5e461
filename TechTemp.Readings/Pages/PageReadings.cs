using TechTemp.Readings.Quantities;

namespace TechTemp.Readings.Pages;

/// <summary>The readings of a page, column by column.</summary>
/// <param name="Times">Unix milliseconds UTC, rising.</param>
/// <param name="Sources">The way each came in, as the store numbers it.</param>
/// <param name="Columns">The values of each quantity that any of them has, by the quantities' ids.</param>
public sealed record PageReadings(long[] Times, byte[] Sources, IReadOnlyList<PageColumn> Columns);

/// <summary>The values of a quantity.</summary>
/// <param name="Quantity">The quantity.</param>
/// <param name="Values">One for each reading; <see cref="double.NaN"/> where the reading lacks it.</param>
public sealed record PageColumn(Quantity Quantity, double[] Values);
