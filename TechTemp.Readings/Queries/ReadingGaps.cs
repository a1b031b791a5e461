using TechTemp.Readings.Calibrations;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Storage;

namespace TechTemp.Readings.Queries;

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
public sealed class ReadingGaps(IReadingStore store, TimeProvider time)
{
    /// <summary>From how many of its newest steps between readings a device's usual cadence is taken: their median.</summary>
    public const int CadenceSteps = 1_000;

    /// <summary>How many times the usual cadence a step must exceed to be a gap.</summary>
    public const int CadenceFactor = 3;

    private const int ReadingsOfAChunk = 10_000;

    /// <summary>The gaps that reach into a range of time, whole: they may begin before it and end after it.</summary>
    /// <param name="deviceId">The store's key of the device.</param>
    /// <param name="from">The range's start, unix milliseconds UTC.</param>
    /// <param name="to">The range's end.</param>
    /// <param name="longerThan">Only gaps longer than this, milliseconds; null for three times the usual cadence up to the range's end.</param>
    /// <param name="before">Only gaps that end at this reading or before it, as the <see cref="ReadingGap.From"/> of the last one of a page; null for all.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Gives up: a device's readings may be millions.</param>
    /// <exception cref="PageDamagedException">A page is damaged.</exception>
    public async ValueTask<ReadingGapList> FindAsync(
        int deviceId, long from, long to, long? longerThan, long? before, int limit, CancellationToken cancellationToken)
    {
        // One state of the store for all of it: what is written meanwhile is for the next question.
        await using var snapshot = await store.OpenAsync("readings", cancellationToken);
        longerThan ??= await UsualStepAsync(snapshot, deviceId, to, cancellationToken) * CadenceFactor;
        var gaps = new List<ReadingGap>();
        if (longerThan is not { } threshold)
        {
            return new(null, gaps);
        }

        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        // Not simply the reading that the page before ended with: it may have been removed since, and need never have been one.
        var last = before is { } reading ? Math.Min(to, reading - 1) : to;
        var later = await NextAfterAsync(snapshot, deviceId, last, cancellationToken);
        for (var readings = ReadingsOf(deviceId, last); !readings.IsAtEnd;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await readings.ReadAsync(snapshot, ReadingsOfAChunk, cancellationToken);
            while (readings.IsReady)
            {
                var block = readings.Take();
                for (var i = block.Last; i >= block.First; i--)
                {
                    if (later <= from || gaps.Count == limit)
                    {
                        return new(threshold, gaps);
                    }

                    var ts = block.Times[i];
                    var length = (later ?? now) - ts;
                    if (length > threshold)
                    {
                        gaps.Add(new(ts, later, length));
                    }

                    later = ts;
                }
            }
        }

        return new(threshold, gaps);
    }

    private static DeviceReadings ReadingsOf(int deviceId, long to) => new([new(deviceId, 0, to, Correction.None)]);

    private static async ValueTask<long?> UsualStepAsync(IReadingSnapshot snapshot, int deviceId, long to, CancellationToken cancellationToken)
    {
        var times = new List<long>(CadenceSteps + 1);
        for (var readings = ReadingsOf(deviceId, to); times.Count <= CadenceSteps && !readings.IsAtEnd;)
        {
            await readings.ReadAsync(snapshot, CadenceSteps + 1, cancellationToken);
            while (readings.IsReady)
            {
                var block = readings.Take();
                for (var i = block.Last; i >= block.First && times.Count <= CadenceSteps; i--)
                {
                    times.Add(block.Times[i]);
                }
            }
        }

        var steps = times.Zip(times.Skip(1), (later, earlier) => later - earlier).Order().ToList();
        return steps.Count == 0 ? null : steps[steps.Count / 2];
    }

    // The time of the first reading after a moment; null when there is none.
    private static async ValueTask<long?> NextAfterAsync(IReadingSnapshot snapshot, int deviceId, long ts, CancellationToken cancellationToken)
    {
        if (ts == long.MaxValue)
        {
            return null;
        }

        var rows = new PageReadingsBuilder();
        await snapshot.OldestRowsAsync(new(deviceId, ts + 1, long.MaxValue), 1, rows, cancellationToken);
        long? next = rows.Count > 0 ? rows.FirstTime : null;
        var pages = new StoredPages();
        for (var from = PageKey.DayOf(Math.Max(ts, 0)); ;)
        {
            // More than a day has.
            const int Limit = 100;
            pages.Clear();
            await snapshot.OldestHeadsAsync(new(deviceId, from, next ?? long.MaxValue), Limit, pages, cancellationToken);
            for (var i = 0; i < pages.Count; i++)
            {
                if (pages.HasBody(i) && pages.Head(i) is var head && head.Last > ts)
                {
                    await snapshot.BodiesAsync(pages, [i], cancellationToken);
                    return Math.Min(Array.Find(pages.Decode(i, head).Times, t => t > ts), next ?? long.MaxValue);
                }
            }

            if (pages.Count < Limit)
            {
                return next;
            }

            from = PageKey.DayOf(pages.KeyOf(pages.Count - 1).Start);
        }
    }
}
