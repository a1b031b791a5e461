using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Rows;
using TechTemp.Data.Store;
using TechTemp.Readings.Calibrations;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Sqlite.Pages;

/// <summary>
/// The readings of a device in the order of time, whether they are rows or in pages. A reading is in one of the two, never in both. Its caller's reader
/// is in a snapshot. One range at a time; not thread-safe.
/// </summary>
internal sealed class DeviceReadings(StoreReader reader)
{
    internal const string ForwardSql = "SELECT ts, temperature, humidity, more, source FROM readings WHERE device_id = ?1 AND ts BETWEEN ?2 AND ?3 ORDER BY ts;";
    internal const string NextSql = "SELECT min(ts) FROM readings WHERE device_id = ?1 AND ts > ?2;";
    internal const string BackwardSql = "SELECT ts, temperature, humidity, more, source FROM readings WHERE device_id = ?1 AND ts BETWEEN ?2 AND ?3 ORDER BY ts DESC;";

    private readonly Statement _rows = reader.Prepare(BackwardSql);
    private readonly Statement _pages = reader.Prepare(PageTable.BackwardSql);

    /// <summary>The readings of a part of a series, newest first, with what is added to them.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    /// <exception cref="PageDamagedException">A page is damaged.</exception>
    public IEnumerable<SeriesReading> Backward(SeriesPart part)
    {
        var (deviceId, from, to, correction) = part;
        // Whoever took the range before may have stopped early.
        _rows.Reset();
        _pages.Reset();
        var hasRow = _rows.Bind(1, deviceId).Bind(2, from).Bind(3, to).Step();
        _pages.BindPages(deviceId, from, to);
        while (_pages.Step())
        {
            if (_pages.Key().End <= from || _pages.Body().IsEmpty)
            {
                continue;
            }

            var page = PageDecoder.Read(_pages.Key(), _pages.Head(), _pages.Body());
            foreach (var column in page.Columns)
            {
                correction.Apply(column.Quantity, column.Values);
            }

            for (var i = Last(page.Times, to); i >= 0 && page.Times[i] >= from; i--)
            {
                for (; hasRow && _rows.Long(0) > page.Times[i]; hasRow = _rows.Step())
                {
                    yield return Row(_rows, deviceId, correction);
                }

                yield return new(page.Times[i], page.ValuesAt(i), (ReadingSource)page.Sources[i], deviceId);
            }
        }

        for (; hasRow; hasRow = _rows.Step())
        {
            yield return Row(_rows, deviceId, correction);
        }
    }

    /// <summary>The time of the first reading after a moment; null when there is none.</summary>
    /// <inheritdoc cref="Backward" path="/exception"/>
    public long? NextAfter(int deviceId, long ts)
    {
        var row = reader.Prepare(NextSql).Bind(1, deviceId).Bind(2, ts);
        var next = row.Step() ? row.LongOrNull(0) : null;
        var pages = reader.Prepare(PageTable.RangeSql).BindPages(deviceId, ts, next ?? long.MaxValue);
        while (pages.Step())
        {
            if (pages.Key().End > ts && !pages.Body().IsEmpty && Array.Find(PageDecoder.Read(pages.Key(), pages.Head(), pages.Body()).Times, t => t > ts) is > 0 and var found)
            {
                pages.Reset();
                return Math.Min(found, next ?? long.MaxValue);
            }
        }

        return next;
    }

    private static SeriesReading Row(Statement row, int deviceId, Correction correction) => new(row.Long(0), correction.Apply(row.Values(1)), (ReadingSource)row.Long(4), deviceId);

    // The index of the last reading that is not later; -1 where all are.
    private static int Last(long[] times, long to)
    {
        if (times[^1] <= to)
        {
            return times.Length - 1;
        }

        var found = Array.BinarySearch(times, to);
        return found >= 0 ? found : ~found - 1;
    }
}
