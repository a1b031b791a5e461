namespace TechTemp.Data.Rejections;

/// <summary>One step of a replay, or several together.</summary>
/// <param name="Count">How many messages were tried again.</param>
/// <param name="Last">The id of the last one; null when it was the last step.</param>
public readonly record struct ReplayStep(int Count, long? Last)
{
    /// <summary>How many of them are stored now.</summary>
    public int Stored { get; init; }

    /// <summary>How many of them were stored before.</summary>
    public int Duplicates { get; init; }
}
