using Microsoft.Data.Sqlite;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Rows;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Sqlite.Pages;

/// <summary>
/// Reads and writes the readings of a device's day of UTC, over one connection and inside its caller's transaction. A day is read in one transaction, its
/// pages are encoded outside of any, and another one compares what is stored with what was read before it writes. Not thread-safe.
/// </summary>
internal sealed class DayPages(SqliteConnection connection) : IDisposable
{
    private readonly Statement _rows = new(connection, ReadingTable.ForwardSql);
    private readonly Statement _pages = new(connection, PageTable.RangeSql);
    private readonly Statement _newest = new(connection, PageTable.NewestSql);
    private readonly Statement _newestRow = new(connection, "SELECT max(ts) FROM readings WHERE device_id = ?1 AND ts <= ?2;");
    private readonly Statement _insertPage = new(connection, PageTable.InsertSql);
    private readonly Statement _insertRow = new(connection, "INSERT INTO readings (device_id, ts, temperature, humidity, more, source) VALUES (?1, ?2, ?3, ?4, ?5, ?6);");
    private readonly Statement _deletePages = new(connection, PageTable.DeleteSql);
    private readonly Statement _deleteRows = new(connection, "DELETE FROM readings WHERE device_id = ?1 AND ts BETWEEN ?2 AND ?3;");
    private readonly Statement _nextRow = new(connection, "SELECT ts FROM readings WHERE device_id = ?1 AND ts BETWEEN ?2 AND ?3 ORDER BY ts LIMIT 1 OFFSET ?4;");
    private readonly Statement _previousRow = new(connection, "SELECT ts FROM readings WHERE device_id = ?1 AND ts BETWEEN ?2 AND ?3 ORDER BY ts DESC LIMIT 1 OFFSET ?4;");
    private readonly PageReadingsBuilder _day = new();

    /// <summary>A day as it is stored; null when it has no readings.</summary>
    /// <param name="deviceId">The store's key of the device.</param>
    /// <param name="day">The day's start, unix milliseconds UTC.</param>
    /// <param name="end">The rows before this time are read: the end of the day, or of one of its hours; the day's start for the readings in pages only.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    /// <exception cref="PageDamagedException">A page is damaged.</exception>
    public StoredDay? Read(int deviceId, long day, long end)
    {
        var stored = new StoredDay(deviceId, day, end);
        _day.Clear();
        // A page that was damaged has left it in the middle.
        _pages.Reset();
        for (_pages.BindPages(deviceId, day, day + PageKey.Day - 1); _pages.Step();)
        {
            if (!_pages.Body().IsEmpty)
            {
                stored.Pages.Add(new(_pages.Key(), _pages.Head().ToArray(), _pages.Body().ToArray()));
                _day.Add(PageDecoder.Read(_pages.Key(), _pages.Head(), _pages.Body()));
            }
        }

        for (_rows.Bind(1, deviceId).Bind(2, day).Bind(3, stored.Last); end > day && _rows.Step();)
        {
            stored.Rows.Add(_rows);
            _day.Add(_rows.Long(0), _rows.Values(1), (byte)_rows.Long(4));
        }

        return _day.Build() is { } readings ? stored.With(readings) : null;
    }

    /// <summary>A day's pages, in a transaction of its own; null when it has none.</summary>
    /// <inheritdoc cref="Read" path="/param[@name='deviceId' or @name='day']|/exception"/>
    public StoredDay? ReadPages(int deviceId, long day)
    {
        using var snapshot = connection.BeginTransaction(deferred: true);
        return Read(deviceId, day, end: day);
    }

    /// <summary>Whether a day has pages with readings.</summary>
    /// <inheritdoc cref="Read" path="/param|/exception[1]"/>
    public bool HasPages(int deviceId, long day)
    {
        var has = _newest.BindPages(deviceId, day, day + PageKey.Day - 1).Step();
        _newest.Reset();
        return has;
    }

    /// <summary>Whether the pages of a day with readings are still these.</summary>
    /// <param name="deviceId">The store's key of the device.</param>
    /// <param name="day">The day's start, unix milliseconds UTC.</param>
    /// <param name="expected">The pages, oldest first.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public bool HasPages(int deviceId, long day, IReadOnlyList<Page> expected)
    {
        var same = 0;
        _pages.Reset();
        for (_pages.BindPages(deviceId, day, day + PageKey.Day - 1); _pages.Step();)
        {
            if (_pages.Body().IsEmpty)
            {
                continue;
            }

            if (same == expected.Count || !expected[same].IsSame(_pages.Key(), _pages.Head(), _pages.Body()))
            {
                _pages.Reset();
                return false;
            }

            same++;
        }

        return same == expected.Count;
    }

    /// <summary>Whether a device has exactly these rows from one time to another.</summary>
    /// <param name="deviceId">The store's key of the device.</param>
    /// <param name="from">First time, unix milliseconds UTC, inclusive.</param>
    /// <param name="to">Last time, inclusive.</param>
    /// <param name="expected">The rows as <see cref="StoredRows"/> keeps them.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public bool HasRows(int deviceId, long from, long to, ReadOnlySpan<byte> expected)
    {
        var found = new StoredRows();
        for (_rows.Bind(1, deviceId).Bind(2, from).Bind(3, to); _rows.Step();)
        {
            found.Add(_rows);
        }

        return found.From(0, found.Count).SequenceEqual(expected);
    }

    /// <summary>The time of a row of a device; null when it has not so many.</summary>
    /// <param name="deviceId">The store's key of the device.</param>
    /// <param name="from">First time, unix milliseconds UTC, inclusive.</param>
    /// <param name="to">Last time, inclusive.</param>
    /// <param name="skip">How many rows of these times come before it.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public long? NextRow(int deviceId, long from, long to, int skip = 0) => FindRow(_nextRow, deviceId, from, to, skip);

    /// <summary>The time of a row of a device, counted from the newest; null when it has not so many.</summary>
    /// <param name="deviceId">The store's key of the device.</param>
    /// <param name="from">First time, unix milliseconds UTC, inclusive.</param>
    /// <param name="to">Last time, inclusive.</param>
    /// <param name="skip">How many rows of these times come after it.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public long? PreviousRow(int deviceId, long from, long to, int skip) => FindRow(_previousRow, deviceId, from, to, skip);

    /// <summary>Replaces pages by others; those that stay the same are not touched.</summary>
    /// <param name="before">All pages of a day that have readings, as they are stored.</param>
    /// <param name="after">All that it has from now on.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public void Replace(IReadOnlyList<Page> before, IReadOnlyList<Page> after)
    {
        foreach (var page in before.Where(page => !after.Any(page.IsSame)))
        {
            _deletePages.Bind(1, page.Key.Id).Bind(2, page.Key.Id).Execute();
        }

        foreach (var page in after.Where(page => !before.Any(page.IsSame)))
        {
            PageTable.Write(_insertPage, page);
        }
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
    /// Makes the newest reading of a device a row again where rows were removed: whoever asks for it looks for rows only. The rest of its page stays, with a
    /// head that nobody uses as long as the day has a row. No day is sealed that is not older than the day of the newest reading.
    /// </summary>
    /// <param name="deviceId">The store's key of the device.</param>
    /// <param name="now">Unix milliseconds UTC: readings of the future are not shown as the newest.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    /// <exception cref="PageDamagedException">A page is damaged.</exception>
    public void KeepNewestAsRow(int deviceId, long now)
    {
        var row = NewestRow(deviceId, now);
        var page = NewestPage(deviceId, now);
        while (page is { } id && !(row >= PageKey.DayOf(PageKey.StartOf(id)) + PageKey.Day) && !TryKeepNewestOf(deviceId, id, row, now))
        {
            page = NewestPage(deviceId, PageKey.StartOf(id) - 1);
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
        foreach (var statement in new[] { _rows, _pages, _newest, _newestRow, _insertPage, _insertRow, _deletePages, _deleteRows, _nextRow, _previousRow })
        {
            statement.Dispose();
        }
    }

    private static long? FindRow(Statement find, int deviceId, long from, long to, int skip)
    {
        var row = find.Bind(1, deviceId).Bind(2, from).Bind(3, to).Bind(4, skip).Step() ? find.Long(0) : (long?)null;
        find.Reset();
        return row;
    }

    private long? NewestPage(int deviceId, long upTo)
    {
        var newest = _newest.BindPages(deviceId, 0, upTo).Step() ? _newest.Long(0) : (long?)null;
        _newest.Reset();
        return newest;
    }

    // False where all readings of the page are of the future: the clock was set back.
    private bool TryKeepNewestOf(int deviceId, long id, long? row, long now)
    {
        _pages.Reset();
        _pages.Bind(1, id).Bind(2, id).Step();
        var key = _pages.Key();
        var readings = PageDecoder.Read(key, _pages.Head(), _pages.Body());
        _pages.Reset();
        var i = Array.FindLastIndex(readings.Times, ts => ts <= now);
        if (i < 0 || row > readings.Times[i])
        {
            return i >= 0;
        }

        _deletePages.Bind(1, id).Bind(2, id).Execute();
        if (readings.Without(i, 1) is { } rest)
        {
            PageTable.Write(_insertPage, PageEncoder.Encode(key, rest));
        }

        _insertRow.Bind(1, deviceId).Bind(2, readings.Times[i]).BindValues(3, readings.ValuesAt(i)).Bind(6, readings.Sources[i]).Execute();
        return true;
    }
}
