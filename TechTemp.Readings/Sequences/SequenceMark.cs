namespace TechTemp.Readings.Sequences;

/// <summary>What a message says about its device's own counter.</summary>
/// <param name="Number">The reading's number, from 0 to <see cref="MaxNumber"/>; one more with each reading.</param>
/// <param name="Oldest">The lowest number that the device still keeps: those below it will never come (again). Null when it does not say.</param>
public readonly record struct SequenceMark(long Number, long? Oldest = null)
{
    /// <summary>2^53: JSON numbers above it are not exact where they are read as doubles (RFC 8259, section 6).</summary>
    public const long MaxNumber = 9_007_199_254_740_992;
}
