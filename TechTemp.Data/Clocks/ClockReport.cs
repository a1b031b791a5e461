using TechTemp.Readings.Rules;

namespace TechTemp.Data.Clocks;

/// <summary>A device whose readings are dated after this machine's clock.</summary>
/// <param name="DeviceUid">The device.</param>
/// <param name="Ts">The latest time that its readings say, unix milliseconds UTC.</param>
/// <param name="IsHeld">Whether readings of it are held, because they are dated more than <see cref="TechTemp.Readings.Rules.ReadingRules.MaxAhead"/> ahead; else they are stored.</param>
public sealed record DeviceAhead(string DeviceUid, long Ts, bool IsHeld);

/// <summary>What the readings of a moment say about the clocks.</summary>
/// <param name="Now">This machine's clock at that moment, unix milliseconds UTC.</param>
/// <param name="Behind">How far this machine's clock is behind most of its devices; zero when it is not.</param>
/// <param name="IsHolding">Whether readings were held within the last hour because they are dated too far ahead.</param>
/// <param name="Ahead">The devices whose readings are dated after this machine's clock, furthest first.</param>
public sealed record ClockReport(long Now, TimeSpan Behind, bool IsHolding, IReadOnlyList<DeviceAhead> Ahead)
{
    /// <summary>Whether this machine's clock is behind.</summary>
    public bool IsBehind => Behind > TimeSpan.Zero;

    /// <summary>Before anything was looked at.</summary>
    public static ClockReport None { get; } = new(0, TimeSpan.Zero, false, []);
}
