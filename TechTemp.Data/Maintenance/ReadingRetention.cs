using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Maintenance;

/// <summary>
/// Lets readings go when they are old enough, in steps of a few milliseconds, so that readings that come in never wait for it. Times are cut at midnight
/// UTC: what is dropped is whole pages.
/// Ages count from the newest reading in the store, or from this machine's clock where that is earlier: a clock that is years ahead drops nothing
/// that its readings show to be recent.
/// </summary>
public sealed class ReadingRetention(IMaintenanceStore store, IStoreSql sql, IOptions<RetentionOptions> options, TimeProvider time)
{
    private const int RowsOfAStep = 1_000;
    private const int PagesOfAStep = 200;

    // Those whose readings an older version has dropped have an age of their own.
    private const string PagesSql =
        """
        SELECT id, head, length(body) > 0 FROM pages
        WHERE id BETWEEN @first AND @last AND (length(body) > 0 AND id < @readings OR length(body) = 0 AND id < @others)
        ORDER BY id LIMIT @rows;
        """;

    private static readonly string s_endOfOthersSql =
        $"SELECT ((id & {PageKey.LastStep}) + quarters) * {PageKey.Step} FROM pages WHERE id BETWEEN @first AND @last AND length(body) = 0 ORDER BY id DESC LIMIT 1;";

    /// <summary>Drops what is too old.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What each step dropped; the caller may pause between two.</returns>
    /// <exception cref="StoreException">The store failed; what was dropped before is dropped.</exception>
    public async IAsyncEnumerable<long> DropAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var session = store.Open();
        var now = await NowAsync(cancellationToken);
        var (readings, others) = (Cut(now, options.Value.LongestReadings()), Cut(now, options.Value.CoarseRollups));
        foreach (var device in await StoreDevices.AllAsync(sql, cancellationToken))
        {
            if (device.RawFrom > (readings ?? 0))
            {
                await RecoverAsync(session, device.Id, readings ?? 0, cancellationToken);
            }

            // Pages first: where there are pages there is a row that is newer.
            while (await DropPagesAsync(session, device.Id, readings, others, cancellationToken) is { } dropped)
            {
                yield return dropped;
            }

            while (readings is { } cut && await DropReadingsAsync(session, device.Id, cut, cancellationToken) is { } dropped)
            {
                yield return dropped;
            }
        }

        // What was dropped leaves free space.
        while (await session.ReleaseSpaceAsync(cancellationToken))
        {
            yield return 0;
        }
    }

    private async ValueTask<long> NowAsync(CancellationToken cancellationToken)
    {
        var newest = await sql.QueryAsync("SELECT max((SELECT max(ts) FROM readings WHERE device_id = d.id)) FROM devices d;", row => row.LongOrNull(0), cancellationToken);
        var clock = time.GetUtcNow().ToUnixTimeMilliseconds();
        return newest is [{ } ts] ? Math.Min(ts, clock) : clock;
    }

    // A clock that was ahead has marked times as dropped that had not come yet. Where an older version has left pages without readings the mark stays:
    // a reading there would be counted twice.
    private static async ValueTask RecoverAsync(IMaintenanceSession session, int deviceId, long cut, CancellationToken cancellationToken)
    {
        await using var transaction = await session.WriteAsync(deviceId, cancellationToken);
        var others = await transaction.QueryAsync(
            s_endOfOthersSql, page => page.GetInt64(0), cancellationToken, ("first", PageKey.FirstId(deviceId, 0)), ("last", PageKey.LastId(deviceId, long.MaxValue)));
        await transaction.ExecuteAsync(
            "UPDATE devices SET raw_from = @mark WHERE id = @device_id AND raw_from > @mark;", cancellationToken, ("device_id", deviceId), ("mark", Math.Max(cut, others.SingleOrDefault())));
        await transaction.CommitAsync();
    }

    // Null where there is nothing to drop.
    private static async ValueTask<long?> DropReadingsAsync(IMaintenanceSession session, int deviceId, long cut, CancellationToken cancellationToken)
    {
        await using var transaction = await session.WriteAsync(deviceId, cancellationToken);
        if (await transaction.NextRowAsync(long.MinValue, cut - 1, 0, cancellationToken) is null)
        {
            return null;
        }

        var beyond = await transaction.NextRowAsync(long.MinValue, cut - 1, RowsOfAStep, cancellationToken);
        await MarkAsync(transaction, cut, cancellationToken);
        var dropped = await transaction.DeleteRowsAsync(long.MinValue, (beyond ?? cut) - 1, cancellationToken);
        await transaction.CommitAsync();
        return dropped;
    }

    private static async ValueTask<long?> DropPagesAsync(IMaintenanceSession session, int deviceId, long? readingsBefore, long? othersBefore, CancellationToken cancellationToken)
    {
        var (first, readings, others) = (PageKey.FirstId(deviceId, 0), PageKey.FirstId(deviceId, readingsBefore ?? 0), PageKey.FirstId(deviceId, othersBefore ?? 0));
        await using var transaction = await session.WriteAsync(deviceId, cancellationToken);
        var pages = await transaction.QueryAsync(
            PagesSql, row => (Id: row.GetInt64(0), Readings: row.GetBoolean(2) ? PageHead.CountOf(row.GetFieldValue<byte[]>(1)) : 0), cancellationToken,
            ("first", first), ("last", Math.Max(readings, others)), ("readings", readings), ("others", others), ("rows", PagesOfAStep));
        if (pages.Count == 0)
        {
            return null;
        }

        if (readingsBefore is { } cut)
        {
            await MarkAsync(transaction, cut, cancellationToken);
        }

        await transaction.DeletePagesAsync([.. pages.Select(page => page.Id)], cancellationToken);
        await transaction.CommitAsync();
        return pages.Sum(page => (long)page.Readings);
    }

    // From here on a late reading of that time is refused: a duplicate could not be told any more.
    private static ValueTask<int> MarkAsync(IDeviceTransaction transaction, long cut, CancellationToken cancellationToken) => transaction.ExecuteAsync(
        "UPDATE devices SET raw_from = @cut WHERE id = @device_id AND coalesce(raw_from, 0) < @cut;", cancellationToken, ("device_id", transaction.DeviceId), ("cut", cut));

    private static long? Cut(long now, TimeSpan? age) => age is { } old ? PageKey.DayOf(Math.Max(0, now - (long)old.TotalMilliseconds)) : null;
}
