namespace TechTemp.Readings.Devices;

/// <summary>Last-seen times in whole milliseconds; what is null does not restrict them.</summary>
/// <param name="From">The earliest time, inclusive.</param>
/// <param name="Before">The end, exclusive.</param>
public readonly record struct LastSeenRange(DateTimeOffset? From, DateTimeOffset? Before);
