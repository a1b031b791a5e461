using Microsoft.Extensions.Options;

namespace TechTemp.Data.Readings;

/// <summary>Says which readings are of the future: dated after this machine's clock, or after that of most devices where this machine's is behind. Thread-safe.</summary>
public sealed class ReadingClock(IOptions<IngestOptions> options, TimeProvider time)
{
    private volatile Estimate? _estimate;

    /// <summary>See <see cref="IngestOptions.FutureTolerance"/>, in milliseconds.</summary>
    internal long Tolerance => (long)options.Value.FutureTolerance.TotalMilliseconds;

    /// <summary>The time of the newest reading that is shown as its device's latest, unix milliseconds UTC.</summary>
    internal long ShownUpTo
    {
        get
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            // Counted on from the estimate, not from the clock: that may have been set right since.
            return Tolerance + (_estimate is { } estimate ? Math.Max(now, estimate.Now + (long)time.GetElapsedTime(estimate.At).TotalMilliseconds) : now);
        }
    }

    /// <summary>Sets the time that most devices say it is.</summary>
    /// <param name="now">Unix milliseconds UTC; null when this machine's clock is not behind it.</param>
    internal void Set(long? now) => _estimate = now is { } estimate ? new(estimate, time.GetTimestamp()) : null;

    private sealed record Estimate(long Now, long At);
}
