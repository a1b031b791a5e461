using Microsoft.Data.Sqlite;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Sqlite.Pages;

/// <summary>What was sealed.</summary>
/// <param name="Readings">How many readings.</param>
/// <param name="Days">How many days of a device.</param>
/// <param name="Bytes">How many bytes their pages have.</param>
public readonly record struct Sealed(long Readings, int Days, long Bytes)
{
    /// <summary>Both together.</summary>
    public static Sealed operator +(Sealed one, Sealed other) => new(one.Readings + other.Readings, one.Days + other.Days, one.Bytes + other.Bytes);
}

/// <summary>
/// Turns the rows of finished days into pages, and merges late rows into the pages of their day. Each step is one short transaction: a process that is killed
/// leaves the day as rows or as pages. The day of a device's newest reading that is not of the future stays rows, however old it is.
/// </summary>
public sealed class ReadingSealing(StoreConnections connections, TimeProvider time)
{
    // Some milliseconds of a transaction; a day is never divided.
    private const int RowsOfAStep = 2_000;

    /// <summary>How long after its end, in UTC, a day is finished: most late readings have come then.</summary>
    internal static TimeSpan Quiet { get; } = TimeSpan.FromHours(2);

    /// <summary>Seals what is finished.</summary>
    /// <param name="damaged">Hears of a page that late readings belong to and that is damaged. They stay rows.</param>
    /// <returns>What each step sealed; the caller pauses between two.</returns>
    /// <exception cref="StoreException">The store failed; the steps before are done.</exception>
    public IEnumerable<Sealed> Seal(Action<PageDamagedException> damaged)
    {
        using var connection = connections.Open();
        using var pages = new DayPages(connection);
        using var first = new Statement(connection, "SELECT min(ts) FROM readings WHERE device_id = ?1 AND ts >= ?2 AND ts < ?3;");
        foreach (var (deviceId, from) in Devices(connection))
        {
            for (long? next = from; next is not null;)
            {
                var step = default(Sealed);
                using (var transaction = connection.BeginTransaction(deferred: false))
                {
                    (step, next) = Step(pages, first, deviceId, next.Value, damaged);
                    transaction.Commit();
                }

                if (step.Days > 0)
                {
                    yield return step;
                }
            }
        }
    }

    private (Sealed Done, long? Next) Step(DayPages pages, Statement first, int deviceId, long from, Action<PageDamagedException> damaged)
    {
        var done = default(Sealed);
        var end = End(pages, deviceId);
        while (done.Readings < RowsOfAStep)
        {
            first.Bind(1, deviceId).Bind(2, from).Bind(3, end).Step();
            var ts = first.LongOrNull(0);
            first.Reset();
            if (ts is null)
            {
                return (done, null);
            }

            var day = PageKey.DayOf(ts.Value);
            from = day + PageKey.Day;
            try
            {
                var readings = pages.Read(deviceId, day)!;
                done += new Sealed(readings.Times.Length, 1, pages.Write(deviceId, day, readings));
            }
            catch (PageDamagedException e)
            {
                damaged(e);
            }
        }

        return (done, from);
    }

    // The start of the first day that is not sealed.
    private long End(DayPages pages, int deviceId)
    {
        var now = time.GetUtcNow();
        var newest = pages.NewestRow(deviceId, now.ToUnixTimeMilliseconds()) ?? 0;
        return Math.Max(0, PageKey.DayOf(Math.Min(newest, (now - Quiet).ToUnixTimeMilliseconds())));
    }

    // Before raw_from readings are being dropped.
    private static List<(int Id, long From)> Devices(SqliteConnection connection)
    {
        using var command = connection.Prepare("SELECT id, coalesce(raw_from, 0) FROM devices ORDER BY id;");
        using var reader = command.Rows();
        var devices = new List<(int Id, long From)>();
        while (reader.Read())
        {
            devices.Add((reader.GetInt32(0), reader.GetInt64(1)));
        }

        return devices;
    }
}
