namespace TechTemp.Data.Rejections;

/// <summary>The times of the readings that are held for a device, by the home that they name.</summary>
internal sealed class HeldTimes
{
    private readonly Dictionary<string, long> _oldest = new(StringComparer.Ordinal);

    /// <summary>The home of the first one; null when there is none.</summary>
    public string? FirstHome { get; private set; }

    /// <summary>The id of the newest message that was looked at.</summary>
    public long LastId { get; private set; }

    /// <summary>Adds a message, in the order of receipt.</summary>
    public void Add(long id, string home, long ts)
    {
        LastId = id;
        FirstHome ??= home;
        _oldest[home] = Math.Min(ts, _oldest.GetValueOrDefault(home, long.MaxValue));
    }

    /// <summary>The oldest reading that will be stored, unix milliseconds UTC; null when none will.</summary>
    /// <param name="home">The device's home; null when it has none.</param>
    public long? Oldest(string? home) => home is not null && _oldest.TryGetValue(home, out var ts) ? ts : null;
}
