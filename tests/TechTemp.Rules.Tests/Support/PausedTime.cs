namespace TechTemp.Rules.Tests.Support;

/// <summary>A clock on which each step takes a millisecond, and in each pause, which is over at once, something happens.</summary>
internal sealed class PausedTime(TimeProvider now, Action pause) : TimeProvider
{
    private long _timestamp;

    public override DateTimeOffset GetUtcNow() => now.GetUtcNow();

    public override long GetTimestamp() => _timestamp += TimestampFrequency / 1_000;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        pause();
        return System.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
