using System.Runtime.CompilerServices;
using TechTemp.Data.Readings;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Maintenance;

/// <summary>What was found about the pages of a device.</summary>
/// <param name="DeviceUid">The device.</param>
/// <param name="Rows">Readings that are rows.</param>
/// <param name="Sealed">Readings in pages.</param>
/// <param name="Pages">How many pages there are.</param>
/// <param name="Bytes">How many bytes they have.</param>
/// <param name="Wrong">What is wrong, each page in a line; empty when nothing is.</param>
public sealed record DeviceFinding(string DeviceUid, long Rows, long Sealed, int Pages, long Bytes, IReadOnlyList<string> Wrong);

/// <summary>Decodes every page and compares it with its head.</summary>
public sealed class PageVerification(IMaintenanceStore store, IStoreSql sql)
{
    // So many days are in memory at once.
    private const long PagesOfAStep = 32 * PageKey.Day;

    /// <summary>Looks at all pages of a device, in one snapshot.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was found, device by device.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    public async IAsyncEnumerable<DeviceFinding> VerifyAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var span = StoreSpan.Start("SELECT", "pages", system: sql.System);
        using var session = store.Open();
        foreach (var device in (await StoreDevices.AllAsync(sql, cancellationToken)).OrderBy(device => device.Uid, StringComparer.Ordinal))
        {
            yield return await VerifyAsync(session, device, cancellationToken);
        }
    }

    /// <summary>Looks at a page.</summary>
    /// <param name="key">Its key, as it is stored.</param>
    /// <param name="storedHead">Its head.</param>
    /// <param name="body">Its body; empty where its readings are gone.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    internal static string? FindWrong(in PageKey key, ReadOnlySpan<byte> storedHead, ReadOnlySpan<byte> body)
    {
        if (key.DeviceId < 1 || key.Length is not (PageKey.Step or PageKey.Hour or PageKey.QuarterDay or PageKey.Day) || key.Start % key.Length != 0)
        {
            return "a page has an impossible key";
        }

        try
        {
            var head = PageDecoder.ReadHead(key, storedHead);
            if (body.IsEmpty)
            {
                return head.Columns.All(c => c is { Seconds: > 0, Count: > 0 }) ? null : Wrong(key, "it stands for no time");
            }

            return FindWrong(key, head, PageDecoder.Read(key, storedHead, body));
        }
        catch (PageDamagedException e)
        {
            return e.Message;
        }
    }

    private static async ValueTask<DeviceFinding> VerifyAsync(IMaintenanceSession session, MaintainedDevice device, CancellationToken cancellationToken)
    {
        await using var snapshot = await session.ReadAsync(device.Id, cancellationToken);
        var rows = (await snapshot.QueryAsync("SELECT count(*) FROM readings WHERE device_id = @id;", row => row.GetInt64(0), cancellationToken, ("id", device.Id))).Single();
        var (readings, pages, bytes) = (0L, 0, 0L);
        var (wrong, some) = (new List<string>(), new List<Page>());
        for (long? from = 0; (from = await NextPageAsync(snapshot, from.Value, cancellationToken)) is { } first; from = first + PagesOfAStep)
        {
            some.Clear();
            await snapshot.ReadPagesAsync(first, first + PagesOfAStep - 1, some, cancellationToken);
            foreach (var page in some)
            {
                pages++;
                bytes += page.Head.Length + page.Body.Length;
                readings += page.Body.IsEmpty ? 0 : PageHead.CountOf(page.Head.Span);
                if (FindWrong(page.Key, page.Head.Span, page.Body.Span) is { } found)
                {
                    wrong.Add(found);
                }
            }
        }

        return new(device.Uid, rows, readings, pages, bytes, wrong);
    }

    // The day of the first page from a day on.
    private static async ValueTask<long?> NextPageAsync(IDeviceSnapshot snapshot, long day, CancellationToken cancellationToken)
    {
        // Beyond what a number of a page can say there is none.
        var found = day / PageKey.Step > PageKey.LastStep ? [] : await snapshot.QueryAsync(
            "SELECT min(id) FROM pages WHERE id BETWEEN @first AND @last;", row => row.LongOrNull(0), cancellationToken,
            ("first", PageKey.FirstId(snapshot.DeviceId, day)), ("last", PageKey.LastId(snapshot.DeviceId, long.MaxValue)));
        return found is [{ } id] ? PageKey.DayOf(PageKey.StartOf(id)) : null;
    }

    // The integral and the seconds of the first and the last reading depend on the readings beside the page.
    private static string? FindWrong(in PageKey key, PageHead head, PageReadings page)
    {
        foreach (var column in head.Columns)
        {
            var values = page.Values(column.Quantity).Where(v => !double.IsNaN(v)).ToList();
            if (values.Count != column.Count || values.Min() != column.Least || values.Max() != column.Greatest)
            {
                return Wrong(key, $"what it says of {column.Quantity.Key} is not what its readings say");
            }

            if (column.Seconds < values.Count || column.Integral < (column.Least * column.Seconds) - 1e-6 || column.Integral > (column.Greatest * column.Seconds) + 1e-6)
            {
                return Wrong(key, $"its mean of {column.Quantity.Key} is impossible");
            }

            if (!column.Quantity.IsValid(column.Least) || !column.Quantity.IsValid(column.Greatest))
            {
                return Wrong(key, $"it has an impossible {column.Quantity.Key}");
            }
        }

        return page.Times[0] < ReadingRules.MinTs ? "a reading is from before 2000" : Array.Exists(page.Sources, s => !Enum.IsDefined((ReadingSource)s)) ? Wrong(key, "it has an unknown source") : null;
    }

    private static string Wrong(in PageKey key, string what) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the page of device {key.DeviceId} of {DateTimeOffset.FromUnixTimeMilliseconds(key.Start).UtcDateTime:yyyy-MM-dd'T'HH:mm'Z'} is wrong: {what}");
}
