using System.Runtime.CompilerServices;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Maintenance;

/// <summary>What was sealed.</summary>
/// <param name="Readings">How many readings.</param>
/// <param name="Days">How many days of a device; a day counts with its last step.</param>
/// <param name="Bytes">How many bytes their pages have.</param>
public readonly record struct Sealed(long Readings, int Days, long Bytes)
{
    /// <summary>Both together.</summary>
    public static Sealed operator +(Sealed one, Sealed other) => new(one.Readings + other.Readings, one.Days + other.Days, one.Bytes + other.Bytes);
}

/// <summary>
/// Turns the rows of finished days into pages, and merges late rows into the pages of their day. Of a day with very many readings the finished hours are sealed
/// before it ends: otherwise each question about it would read thousands of rows. Days are read and encoded without a lock; each step is one short
/// transaction. A process that is killed leaves each reading as a row or in a page. The newest reading of a device that is not of the future stays a row,
/// however old it is, and so does what belongs to the same page.
/// </summary>
public sealed class ReadingSealing(IMaintenanceStore store, IStoreSql sql, TimeProvider time)
{
    // A device that sends late readings of the day again and again does not keep the others waiting: its day stays partly rows until the next time.
    private const int MostTries = 3;

    /// <summary>How long after its end a day of UTC, or an hour, is finished: most late readings have come then.</summary>
    internal static TimeSpan Quiet { get; } = TimeSpan.FromHours(2);

    /// <summary>How many rows a transaction may replace: some milliseconds, and a page of a device that measures every second.</summary>
    internal int RowsOfAStep { get; init; } = 4_000;

    /// <summary>How many readings the finished hours of a day must have to be sealed before the day ends.</summary>
    internal int MostUnsealed { get; init; } = PageKey.MostInQuarterDays;

    /// <summary>Seals what is finished.</summary>
    /// <param name="damaged">Hears of a page that late readings belong to and that is damaged. They stay rows.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What each step sealed; the caller pauses between two.</returns>
    /// <exception cref="StoreException">The store failed; the steps before are done.</exception>
    public async IAsyncEnumerable<Sealed> SealAsync(Action<PageDamagedException> damaged, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var session = store.Open();
        foreach (var device in await StoreDevices.AllAsync(sql, cancellationToken))
        {
            var (changed, tries) = (-1L, 0);
            // Before raw_from readings are being dropped.
            for (long? next = device.RawFrom ?? 0; next is not null;)
            {
                (var days, next) = await ReadAsync(session, device.Id, next.Value, damaged, cancellationToken);
                while (days.Count > 0)
                {
                    var (done, other) = await StepAsync(session, device.Id, days, cancellationToken);
                    if (done.Readings > 0)
                    {
                        yield return done;
                    }

                    if (other is { } day)
                    {
                        (changed, tries) = (day, day == changed ? tries + 1 : 1);
                        // What was read of the days after it is read again.
                        next = tries < MostTries ? day : day + PageKey.Day;
                        break;
                    }
                }
            }
        }
    }

    // Small days together. Returns, besides what is done, the day that is no longer what was read.
    private async ValueTask<(Sealed Done, long? Changed)> StepAsync(IMaintenanceSession session, int deviceId, Queue<DaySeal> days, CancellationToken cancellationToken)
    {
        await using var transaction = await session.WriteAsync(deviceId, cancellationToken);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var (done, rows) = (default(Sealed), 0);
        while (days.TryPeek(out var day) && (rows == 0 || rows + day.RowsOfNextStep <= RowsOfAStep))
        {
            rows += day.RowsOfNextStep;
            if (await day.StepAsync(transaction, now, cancellationToken) is not { } step)
            {
                await transaction.CommitAsync();
                return (done, day.Day);
            }

            done += step;
            if (day.IsDone)
            {
                days.Dequeue();
            }
        }

        await transaction.CommitAsync();
        return (done, null);
    }

    // Until so many readings are read, and at least one day.
    private async ValueTask<(Queue<DaySeal> Days, long? Next)> ReadAsync(
        IMaintenanceSession session, int deviceId, long from, Action<PageDamagedException> damaged, CancellationToken cancellationToken)
    {
        var (days, builder) = (new Queue<DaySeal>(), new PageReadingsBuilder());
        await using var snapshot = await session.ReadAsync(deviceId, cancellationToken);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var finished = FinishedOf(await snapshot.NewestRowAsync(now, cancellationToken), now);
        for (var readings = 0; readings < RowsOfAStep;)
        {
            if (await snapshot.NextRowAsync(from, finished - 1, 0, cancellationToken) is not { } ts)
            {
                return (days, null);
            }

            var day = PageKey.DayOf(ts);
            from = day + PageKey.Day;
            try
            {
                if (await ReadFinishedAsync(snapshot, day, finished, builder, cancellationToken) is { } stored)
                {
                    days.Enqueue(new(stored, RowsOfAStep));
                    readings += stored.Readings.Times.Length;
                }
            }
            catch (PageDamagedException e)
            {
                damaged(e);
            }
        }

        return (days, from);
    }

    // The day, or its finished hours; null where there are too few readings in these.
    private async ValueTask<StoredDay?> ReadFinishedAsync(IDeviceSnapshot snapshot, long day, long finished, PageReadingsBuilder builder, CancellationToken cancellationToken)
    {
        if (day + PageKey.Day <= finished)
        {
            return await StoredDay.ReadAsync(snapshot, day, day + PageKey.Day, builder, cancellationToken);
        }

        // Mostly it has no page and few rows: then nothing is read.
        return (await snapshot.HasPagesAsync(day, cancellationToken) || await snapshot.NextRowAsync(day, finished - 1, MostUnsealed, cancellationToken) is not null)
            && await StoredDay.ReadAsync(snapshot, day, finished, builder, cancellationToken) is { } stored && stored.Readings.Times.Length > MostUnsealed ? stored : null;
    }

    /// <summary>The start of the first day of a device that is not to be sealed yet as a whole.</summary>
    /// <param name="newest">The time of its newest row that is not of the future, unix milliseconds UTC; null when it has none.</param>
    /// <param name="now">Unix milliseconds UTC.</param>
    internal static long EndOf(long? newest, long now) => PageKey.DayOf(FinishedOf(newest, now));

    // The end of its last finished hour.
    private static long FinishedOf(long? newest, long now)
    {
        var finished = Math.Max(0, Math.Min(newest ?? 0, now - (long)Quiet.TotalMilliseconds));
        return finished - (finished % PageKey.Hour);
    }
}
