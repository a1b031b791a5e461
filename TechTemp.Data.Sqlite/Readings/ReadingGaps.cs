using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Pages;
using TechTemp.Data.Store;
using TechTemp.Readings.Calibrations;

namespace TechTemp.Data.Sqlite.Readings;

/// <summary>A time without readings, longer than usual.</summary>
/// <param name="From">The last reading before it, unix milliseconds UTC.</param>
/// <param name="To">The first reading after it; null while the device is silent.</param>
/// <param name="Length">How long it is, or has been until now, milliseconds.</param>
public readonly record struct ReadingGap(long From, long? To, long Length);

/// <summary>When a device was silent.</summary>
/// <param name="LongerThan">Every gap is longer than this, milliseconds; null when the device has too few readings to have a cadence: then there are no gaps.</param>
/// <param name="Gaps">Newest first.</param>
public sealed record ReadingGapList(long? LongerThan, IReadOnlyList<ReadingGap> Gaps);

/// <summary>
/// Finds when a device was silent. Its readings are walked backwards in the order of time, as far as is asked for; a gap needs a
/// reading before it, so that what was before a device's first reading, or before the oldest that is kept, is none.
/// </summary>
public sealed class ReadingGaps(StoreConnections connections, TimeProvider time)
{
    /// <summary>From how many of its newest steps between readings a device's usual cadence is taken: their median.</summary>
    public const int CadenceSteps = 1_000;

    /// <summary>How many times the usual cadence a step must exceed to be a gap.</summary>
    public const int CadenceFactor = 3;

    /// <summary>The gaps that reach into a range of time, whole: they may begin before it and end after it.</summary>
    /// <param name="deviceId">The store's key of the device.</param>
    /// <param name="from">The range's start, unix milliseconds UTC.</param>
    /// <param name="to">The range's end.</param>
    /// <param name="longerThan">Only gaps longer than this, milliseconds; null for three times the usual cadence up to the range's end.</param>
    /// <param name="before">Only gaps that end at this reading or before it, as the <see cref="ReadingGap.From"/> of the last one of a page; null for all.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Gives up: a device's readings may be millions.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public ReadingGapList Find(int deviceId, long from, long to, long? longerThan, long? before, int limit, CancellationToken cancellationToken)
    {
        using var reader = connections.Read("readings");
        // One state of the store for all of it: what is written meanwhile is for the next question.
        reader.BeginSnapshot();
        var readings = new DeviceReadings(reader);
        longerThan ??= UsualStep(readings, deviceId, to) * CadenceFactor;
        var gaps = new List<ReadingGap>();
        if (longerThan is not { } threshold)
        {
            return new(null, gaps);
        }

        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        // Not simply the reading that the page before ended with: it may have been removed since, and need never have been one.
        var last = before is { } reading ? Math.Min(to, reading - 1) : to;
        var later = readings.NextAfter(deviceId, last);
        foreach (var stored in readings.Backward(new(deviceId, 0, last, Correction.None)))
        {
            var ts = stored.Ts;
            cancellationToken.ThrowIfCancellationRequested();
            if (later <= from || gaps.Count == limit)
            {
                break;
            }

            var length = (later ?? now) - ts;
            if (length > threshold)
            {
                gaps.Add(new(ts, later, length));
            }

            later = ts;
        }

        return new(threshold, gaps);
    }

    private static long? UsualStep(DeviceReadings readings, int deviceId, long to)
    {
        var times = readings.Backward(new(deviceId, 0, to, Correction.None)).Take(CadenceSteps + 1).Select(r => r.Ts).ToList();
        var steps = times.Zip(times.Skip(1), (later, earlier) => later - earlier).Order().ToList();
        return steps.Count == 0 ? null : steps[steps.Count / 2];
    }
}
