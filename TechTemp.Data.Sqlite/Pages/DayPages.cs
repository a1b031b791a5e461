using Microsoft.Data.Sqlite;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Rows;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Sqlite.Pages;

/// <summary>
/// Reads and writes all readings of a device's day of UTC, over one connection and inside its caller's transaction. The weights of readings in the head of
/// a page depend on no other day (<see cref="ReadingTime"/>), so whoever writes a day as a whole writes right heads. Not thread-safe.
/// </summary>
internal sealed class DayPages(SqliteConnection connection) : IDisposable
{
    private readonly Statement _rows = new(connection, DeviceReadings.ForwardSql);
    private readonly Statement _pages = new(connection, PageTable.RangeSql);
    private readonly Statement _newest = new(connection, PageTable.NewestSql);
    private readonly Statement _newestRow = new(connection, "SELECT max(ts) FROM readings WHERE device_id = ?1 AND ts <= ?2;");
    private readonly Statement _insertPage = new(connection, PageTable.InsertSql);
    private readonly Statement _insertRow = new(connection, "INSERT INTO readings (device_id, ts, temperature, humidity, more, source) VALUES (?1, ?2, ?3, ?4, ?5, ?6);");
    private readonly Statement _deletePages = new(connection, PageTable.DeleteSql);
    private readonly PageReadingsBuilder _day = new();
    private readonly Statement _deleteRows = new(connection, "DELETE FROM readings WHERE device_id = ?1 AND ts BETWEEN ?2 AND ?3;");

    /// <summary>All readings of a day, of rows and pages, oldest first; null when there are none.</summary>
    /// <param name="deviceId">The store's key of the device.</param>
    /// <param name="day">The day's start, unix milliseconds UTC.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    /// <exception cref="PageDamagedException">A page is damaged.</exception>
    public PageReadings? Read(int deviceId, long day)
    {
        _day.Clear();
        // A page that was damaged has left it in the middle.
        _pages.Reset();
        for (_pages.BindPages(deviceId, day, day + PageKey.Day - 1); _pages.Step();)
        {
            if (!_pages.Body().IsEmpty)
            {
                _day.Add(PageDecoder.Read(_pages.Key(), _pages.Head(), _pages.Body()));
            }
        }

        for (_rows.Bind(1, deviceId).Bind(2, day).Bind(3, day + PageKey.Day - 1); _rows.Step();)
        {
            _day.Add(_rows.Long(0), _rows.Values(1), (byte)_rows.Long(4));
        }

        return _day.Build();
    }

    /// <summary>Whether a day has pages with readings.</summary>
    /// <inheritdoc cref="Read" path="/param|/exception[1]"/>
    public bool HasPages(int deviceId, long day)
    {
        var has = _newest.BindPages(deviceId, day, day + PageKey.Day - 1).Step();
        _newest.Reset();
        return has;
    }

    /// <summary>Replaces all rows and pages of a day by pages.</summary>
    /// <param name="deviceId">The store's key of the device.</param>
    /// <param name="day">The day's start, unix milliseconds UTC.</param>
    /// <param name="readings">What the day has from now on; null for nothing.</param>
    /// <returns>How many bytes the pages have.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    public long Write(int deviceId, long day, PageReadings? readings)
    {
        Clear(deviceId, day);
        var bytes = 0L;
        var length = PageKey.LengthFor(readings?.Times.Length ?? 0);
        for (var first = 0; first < readings?.Times.Length;)
        {
            var key = new PageKey(deviceId, readings.Times[first] - (readings.Times[first] % length), length);
            var beyond = Array.FindIndex(readings.Times, first, ts => ts >= key.End);
            var count = (beyond < 0 ? readings.Times.Length : beyond) - first;
            var page = PageEncoder.Encode(key, readings.Slice(first, count), Neighbours(readings, first, count));
            PageTable.Write(_insertPage, page);
            bytes += page.Head.Length + page.Body.Length;
            first += count;
        }

        return bytes;
    }

    /// <summary>Deletes all rows and pages of a day.</summary>
    /// <param name="deviceId">The store's key of the device.</param>
    /// <param name="day">The day's start, unix milliseconds UTC.</param>
    /// <returns>How many readings they had; of a damaged page what its head says.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    public int Clear(int deviceId, long day)
    {
        var count = 0;
        _pages.Reset();
        for (_pages.BindPages(deviceId, day, day + PageKey.Day - 1); _pages.Step();)
        {
            count += _pages.Body().IsEmpty ? 0 : PageHead.CountOf(_pages.Head());
        }

        _deletePages.BindPages(deviceId, day, day + PageKey.Day - 1).Execute();
        return count + DeleteRows(deviceId, day, day + PageKey.Day - 1);
    }

    /// <summary>Deletes rows.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    public int DeleteRows(int deviceId, long from, long to) => _deleteRows.Bind(1, deviceId).Bind(2, from).Bind(3, to).Execute();

    /// <summary>
    /// Makes the newest reading of a device a row again where rows were removed: whoever asks for it looks for rows only. No day is sealed that is not
    /// older than the day of the newest reading.
    /// </summary>
    /// <param name="deviceId">The store's key of the device.</param>
    /// <param name="now">Unix milliseconds UTC: readings of the future are not shown as the newest.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    /// <exception cref="PageDamagedException">A page is damaged.</exception>
    public void KeepNewestAsRow(int deviceId, long now)
    {
        var newest = _newest.BindPages(deviceId, 0, long.MaxValue).Step() ? PageKey.DayOf(PageKey.StartOf(_newest.Long(0))) : (long?)null;
        _newest.Reset();
        if (newest is not { } day || NewestRow(deviceId, now) >= day + PageKey.Day)
        {
            return;
        }

        var readings = Read(deviceId, day)!;
        Clear(deviceId, day);
        for (var i = 0; i < readings.Times.Length; i++)
        {
            _insertRow.Bind(1, deviceId).Bind(2, readings.Times[i]).BindValues(3, readings.ValuesAt(i)).Bind(6, readings.Sources[i]).Execute();
        }
    }

    /// <summary>The time of a device's newest row that is not of the future; null when it has none.</summary>
    /// <inheritdoc cref="KeepNewestAsRow" path="/param"/>
    /// <exception cref="StoreException">The store failed.</exception>
    public long? NewestRow(int deviceId, long now)
    {
        _newestRow.Bind(1, deviceId).Bind(2, now).Step();
        var newest = _newestRow.LongOrNull(0);
        _newestRow.Reset();
        return newest;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var statement in new[] { _rows, _pages, _newest, _newestRow, _insertPage, _insertRow, _deletePages, _deleteRows })
        {
            statement.Dispose();
        }
    }

    private static Func<Quantity, PageEncoder.Neighbours> Neighbours(PageReadings day, int first, int count) => quantity =>
    {
        var values = day.Values(quantity);
        var before = Array.FindLastIndex(values, Math.Max(0, first - 1), first, value => !double.IsNaN(value));
        var after = Array.FindIndex(values, first + count, value => !double.IsNaN(value));
        return new(before < 0 ? null : day.Times[before], after < 0 ? null : day.Times[after]);
    };
}
