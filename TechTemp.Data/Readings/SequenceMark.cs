namespace TechTemp.Data.Readings;

/// <summary>What a message says about its device's own counter.</summary>
/// <param name="Number">The reading's number, 0 or more; one more with each reading.</param>
/// <param name="Oldest">The lowest number that the device still keeps: those below it will never come (again). Null when it does not say.</param>
public readonly record struct SequenceMark(long Number, long? Oldest = null);
