using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Sqlite.Pages;

/// <summary>
/// Finds readings in pages for the writer, inside its transaction: whether a late reading has come before. Remembers, until another connection commits,
/// up to when each device is sealed and the page that was read last: late readings come in runs. Not thread-safe.
/// </summary>
internal sealed class SealedReadings(SqliteConnection connection) : IDisposable
{
    private readonly Statement _newest = new(connection, PageTable.NewestSql);
    private readonly Statement _pages = new(connection, PageTable.BackwardSql);
    private readonly Dictionary<int, long> _ends = [];
    private PageKey _key;
    private PageReadings? _page;

    /// <summary>Another connection may have sealed.</summary>
    public void Forget()
    {
        _ends.Clear();
        _page = null;
    }

    /// <summary>The reading of a device and a time; null where no page has it.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    /// <exception cref="PageDamagedException">The page of that time is damaged.</exception>
    public Measurement? Find(int deviceId, long ts)
    {
        if (ts >= EndOf(deviceId))
        {
            return null;
        }

        if (_page is null || _key.DeviceId != deviceId || ts < _key.Start || ts >= _key.End)
        {
            Load(deviceId, ts);
        }

        if (_page is null || Array.BinarySearch(_page.Times, ts) is not (>= 0 and var index))
        {
            return null;
        }

        return new(ts, _page.ValuesAt(index));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _newest.Dispose();
        _pages.Dispose();
    }

    private long EndOf(int deviceId)
    {
        ref var end = ref CollectionsMarshal.GetValueRefOrAddDefault(_ends, deviceId, out var known);
        if (!known)
        {
            end = _newest.BindPages(deviceId, 0, long.MaxValue).Step() ? PageKey.DayOf(PageKey.StartOf(_newest.Long(0))) + PageKey.Day : 0;
            _newest.Reset();
        }

        return end;
    }

    private void Load(int deviceId, long ts)
    {
        _page = null;
        // A page that was damaged has left it in the middle.
        _pages.Reset();
        // The one that begins last before it is the one that may hold it.
        if (_pages.BindPages(deviceId, ts, ts).Step() && _pages.Key() is var key && ts < key.End && !_pages.Body().IsEmpty)
        {
            (_key, _page) = (key, PageDecoder.Read(key, _pages.Head(), _pages.Body()));
        }

        _pages.Reset();
    }
}
