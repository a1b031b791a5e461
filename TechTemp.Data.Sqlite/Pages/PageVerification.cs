using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Sqlite.Pages;

/// <summary>What was found about the pages of a device.</summary>
/// <param name="DeviceUid">The device.</param>
/// <param name="Rows">Readings that are rows.</param>
/// <param name="Sealed">Readings in pages.</param>
/// <param name="Pages">How many pages there are.</param>
/// <param name="Bytes">How many bytes they have.</param>
/// <param name="Wrong">What is wrong, each page in a line; empty when nothing is.</param>
public sealed record DeviceFinding(string DeviceUid, long Rows, long Sealed, int Pages, long Bytes, IReadOnlyList<string> Wrong);

/// <summary>Decodes every page and compares it with its head, and writes pages again from their readings.</summary>
public sealed class PageVerification(StoreConnections connections)
{
    /// <summary>Looks at all pages of a device, in one snapshot.</summary>
    /// <returns>What was found, device by device.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    public IEnumerable<DeviceFinding> Verify()
    {
        using var reader = connections.Read("pages");
        var devices = reader.Prepare("SELECT id, uid FROM devices ORDER BY uid;");
        var known = new List<(int Id, string Uid)>();
        while (devices.Step())
        {
            known.Add(((int)devices.Long(0), devices.Text(1)));
        }

        foreach (var (id, uid) in known)
        {
            yield return Verify(id, uid);
        }
    }

    /// <summary>Looks at a page.</summary>
    /// <param name="page">A statement of <see cref="PageTable.RangeSql"/> that stands on it.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    internal static string? FindWrong(Statement page)
    {
        var key = page.Key();
        if (key.DeviceId < 1 || key.Length is not (PageKey.Step or PageKey.Hour or PageKey.QuarterDay or PageKey.Day) || key.Start % key.Length != 0)
        {
            return "a page has an impossible key";
        }

        try
        {
            var head = PageDecoder.ReadHead(key, page.Head());
            if (page.Body().IsEmpty)
            {
                return head.Columns.All(c => c is { Seconds: > 0, Count: > 0 }) ? null : Wrong(key, "it stands for no time");
            }

            return FindWrong(key, head, PageDecoder.Read(key, page.Head(), page.Body()));
        }
        catch (PageDamagedException e)
        {
            return e.Message;
        }
    }

    private DeviceFinding Verify(int id, string uid)
    {
        using var reader = connections.Read();
        reader.BeginSnapshot();
        var rows = reader.Prepare("SELECT count(*) FROM readings WHERE device_id = ?1;").Bind(1, id);
        rows.Step();
        var (readings, pages, bytes) = (0L, 0, 0L);
        var wrong = new List<string>();
        for (var page = reader.Prepare(PageTable.RangeSql).BindPages(id, 0, long.MaxValue); page.Step();)
        {
            pages++;
            bytes += page.Head().Length + page.Body().Length;
            readings += page.Body().IsEmpty ? 0 : PageHead.CountOf(page.Head());
            if (FindWrong(page) is { } found)
            {
                wrong.Add(found);
            }
        }

        return new(uid, rows.Long(0), readings, pages, bytes, wrong);
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
