using TechTemp.Data.Maintenance;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Copying;

/// <summary>
/// Copies the readings of a device, some days at a time: each as the source has it at one moment, and into the target in one transaction. What the target has already is
/// not written again, and what the source does not have any more is deleted.
/// </summary>
internal sealed class DayCopy(IMaintenanceSession from, IMaintenanceSession to, int deviceId)
{
    /// <summary>Copies the next days.</summary>
    /// <param name="start">The start of a day, unix milliseconds UTC; earlier days are done.</param>
    /// <param name="lastSeen">When the device was seen last, as the target must have it: otherwise somebody else writes there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The days, and how many readings the source has of them; null where no more follow.</returns>
    /// <exception cref="StoreException">A store failed.</exception>
    public async ValueTask<(DayWindow Days, int Readings)?> NextAsync(long start, long? lastSeen, CancellationToken cancellationToken)
    {
        StoredDays source, target;
        DayWindow days;
        await using (var here = await from.ReadAsync(deviceId, cancellationToken))
        await using (var there = await to.ReadAsync(deviceId, cancellationToken))
        {
            if (await DayWindow.NextAsync(here, there, start, cancellationToken) is not { } next)
            {
                return null;
            }

            days = next;
            source = await StoredDays.ReadAsync(here, days, cancellationToken);
            target = await StoredDays.ReadAsync(there, days, cancellationToken);
        }

        await ReplaceAsync(source, target, lastSeen, cancellationToken);
        return (days, (source.Rows?.Times.Length ?? 0) + source.Pages.Where(page => !page.Body.IsEmpty).Sum(page => PageHead.CountOf(page.Head.Span)));
    }

    /// <summary>Copies some days again.</summary>
    /// <inheritdoc cref="NextAsync" path="/param|/exception"/>
    public async ValueTask CopyAsync(DayWindow days, long? lastSeen, CancellationToken cancellationToken) =>
        await ReplaceAsync(await ReadAsync(from, days, cancellationToken), await ReadAsync(to, days, cancellationToken), lastSeen, cancellationToken);

    /// <summary>Checks some days in one of the two stores.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask<List<DayCheck>> CheckAsync(IMaintenanceSession session, DayWindow days, CancellationToken cancellationToken) =>
        DayCheck.Of(await ReadAsync(session, days, cancellationToken));

    /// <summary>The next days of which one of the two stores has readings; null where there is none.</summary>
    /// <exception cref="StoreException">A store failed.</exception>
    public async ValueTask<DayWindow?> WindowAsync(long start, CancellationToken cancellationToken)
    {
        await using var here = await from.ReadAsync(deviceId, cancellationToken);
        await using var there = await to.ReadAsync(deviceId, cancellationToken);
        return await DayWindow.NextAsync(here, there, start, cancellationToken);
    }

    private async ValueTask<StoredDays> ReadAsync(IMaintenanceSession session, DayWindow days, CancellationToken cancellationToken)
    {
        await using var snapshot = await session.ReadAsync(deviceId, cancellationToken);
        return await StoredDays.ReadAsync(snapshot, days, cancellationToken);
    }

    private async ValueTask ReplaceAsync(StoredDays source, StoredDays target, long? lastSeen, CancellationToken cancellationToken)
    {
        var (gonePages, newPages) = (target.Pages.Except(source.Pages, SamePage.Instance).ToList(), source.Pages.Except(target.Pages, SamePage.Instance).ToList());
        var rows = RowChange.Of(source.Rows, target.Rows);
        if (gonePages.Count == 0 && newPages.Count == 0 && rows is null)
        {
            return;
        }

        await using var transaction = await to.WriteAsync(deviceId, cancellationToken);
        var seen = await transaction.QueryAsync("SELECT last_seen_at FROM devices WHERE id = @id;", row => row.LongOrNull(0), cancellationToken, ("id", deviceId));
        if (seen is not [var last] || last != lastSeen)
        {
            throw new StoreException("Another program writes to the target. Stop ingest there, and see docs/operations.md before you copy again.");
        }

        await transaction.DeletePagesAsync([.. gonePages.Select(page => page.Key.Id)], cancellationToken);
        await transaction.InsertPagesAsync(newPages, cancellationToken);
        if (rows is { Gone: var (firstGone, lastGone) })
        {
            await transaction.DeleteRowsAsync(firstGone, lastGone, cancellationToken);
        }

        if (rows is { New: { } added })
        {
            await transaction.InsertRowsAsync(added, cancellationToken);
        }

        await transaction.CommitAsync();
    }

    private sealed class SamePage : IEqualityComparer<Page>
    {
        public static SamePage Instance { get; } = new();

        public bool Equals(Page x, Page y) => x.IsSame(y);

        public int GetHashCode(Page page) => page.Key.GetHashCode();
    }
}
