using TechTemp.Readings.Calibrations;

namespace TechTemp.Readings.Queries;

/// <summary>
/// A piece of a series: the readings of one device over a time, with what is added to them. A device's series has one for each
/// of its calibrations, a room's one for each device and stay. The parts of one device never overlap.
/// </summary>
/// <param name="DeviceId">The store's key of the device.</param>
/// <param name="From">First time, unix milliseconds UTC, inclusive.</param>
/// <param name="To">Last time, inclusive.</param>
/// <param name="Correction">What is done to their values.</param>
public readonly record struct SeriesPart(int DeviceId, long From, long To, Correction Correction);
