using Microsoft.Data.Sqlite;
using TechTemp.Data.Pages;
using TechTemp.Data.Store;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Readings;

/// <summary>
/// Fills buckets from rows and pages, day by day. A page that lies in one bucket and one part of the series is taken from its head; one with an edge
/// inside (a local midnight, a calibration, a move, an end of the range) is decoded. A head holds where no reading of its day is a row:
/// such a reading changes how long those beside it stand for, and they are of the same day. A page whose readings are gone counts by its start, and
/// not at all in buckets that are not made of whole spans of its length.
/// Its caller's reader is in a snapshot.
/// </summary>
internal sealed class BucketReader(StoreReader reader)
{
    private readonly Statement _rows = reader.Prepare(DeviceReadings.ForwardSql);
    private readonly Statement _pages = reader.Prepare(PageTable.HeadsSql);
    private readonly Statement _body = reader.Prepare(PageTable.BodySql);
    private readonly List<SeriesReading> _day = [];

    // False where the readings of the page are gone.
    private bool HasBody => _pages.Long(3) != 0;

    /// <summary>Adds to the buckets what the part has in their time.</summary>
    /// <exception cref="SqliteException">The store failed.</exception>
    /// <exception cref="PageDamagedException">A page is damaged.</exception>
    public void Read(in SeriesPart part, BucketWindow window)
    {
        var clipped = part with { From = Math.Max(Math.Max(part.From, window.Start), 0), To = Math.Min(part.To, window.End - 1) };
        if (clipped.From > clipped.To)
        {
            return;
        }

        // Whole days: with the neighbours that decide how long the first and the last reading stand for.
        var hasRow = _rows.Bind(1, part.DeviceId).Bind(2, PageKey.DayOf(clipped.From)).Bind(3, PageKey.DayOf(clipped.To) + PageKey.Day - 1).Step();
        var hasPage = _pages.BindPages(part.DeviceId, clipped.From, PageKey.DayOf(clipped.To) + PageKey.Day - 1).Step();
        var target = new Target(clipped, window);
        while (hasRow || hasPage)
        {
            var day = Math.Min(hasRow ? PageKey.DayOf(_rows.Long(0)) : long.MaxValue, hasPage ? PageKey.DayOf(_pages.Key().Start) : long.MaxValue);
            if (day > clipped.To)
            {
                break;
            }

            if (hasRow && _rows.Long(0) < day + PageKey.Day)
            {
                (hasRow, hasPage) = ReadMixedDay(target, day, hasPage);
            }
            else
            {
                hasPage = ReadPages(target, day);
            }
        }

        _rows.Reset();
        _pages.Reset();
    }

    private PageReadings Decode(in PageKey key)
    {
        _body.Bind(1, key.Id).Step();
        try
        {
            return PageDecoder.Read(key, _pages.Head(), _body.Blob(0));
        }
        finally
        {
            _body.Reset();
        }
    }

    // A day without rows.
    private bool ReadPages(Target target, long day)
    {
        (PageReadings Readings, long? Before)? pending = null;
        long? before = null;
        var hasPage = true;
        for (; hasPage && _pages.Key().Start < day + PageKey.Day; hasPage = _pages.Step())
        {
            var key = _pages.Key();
            var head = PageDecoder.ReadHead(key, _pages.Head());
            Add(pending, head.First);
            pending = null;
            if (!target.TryAddWhole(key, head, !HasBody) && HasBody && key.Start <= target.Part.To && key.End > target.Part.From)
            {
                pending = (Decode(key), before);
            }

            before = head.Last;
        }

        Add(pending, null);
        return hasPage;

        void Add((PageReadings Readings, long? Before)? page, long? after)
        {
            if (page is ({ } readings, var first))
            {
                target.Add(readings, first, after);
            }
        }
    }

    private (bool HasRow, bool HasPage) ReadMixedDay(Target target, long day, bool hasPage)
    {
        _day.Clear();
        for (; hasPage && _pages.Key().Start < day + PageKey.Day; hasPage = _pages.Step())
        {
            var key = _pages.Key();
            if (!HasBody)
            {
                target.TryAddWhole(key, PageDecoder.ReadHead(key, _pages.Head()), isGone: true);
                continue;
            }

            var page = Decode(key);
            var (temperatures, humidities) = DeviceReadings.Values(page);
            for (var i = 0; i < page.Times.Length; i++)
            {
                _day.Add(new(page.Times[i], temperatures[i], humidities[i], default, key.DeviceId));
            }
        }

        var ofPages = _day.Count;
        var hasRow = true;
        for (; hasRow && _rows.Long(0) < day + PageKey.Day; hasRow = _rows.Step())
        {
            _day.Add(DeviceReadings.Row(_rows, target.Part.DeviceId));
        }

        if (ofPages > 0)
        {
            _day.Sort((one, other) => one.Ts.CompareTo(other.Ts));
        }

        target.Add([.. _day.Select(r => r.Ts)], [.. _day.Select(r => r.Temperature)], [.. _day.Select(r => r.Humidity)], null, null);
        return (hasRow, hasPage);
    }

    /// <summary>Where the readings of a part go.</summary>
    private sealed class Target(SeriesPart part, BucketWindow window)
    {
        private int _index = window.IndexOf(part.From);
        private long[] _seconds = [];

        public SeriesPart Part => part;

        /// <summary>Adds a page by its head.</summary>
        /// <returns>False where an edge lies in it, and nothing was added.</returns>
        public bool TryAddWhole(in PageKey key, PageHead head, bool isGone)
        {
            // An hour of which nothing finer is known is not in buckets of a quarter of an hour.
            if (head.First < part.From || head.First > part.To || (isGone ? !window.IsMadeOf(key.Length) : head.Last > part.To))
            {
                return isGone;
            }

            var index = IndexOf(head.First);
            if (!isGone && head.Last >= window.EndOf(index))
            {
                return false;
            }

            window.Add(index, Aggregate.Of(head).Shifted(part.Temperature, part.Humidity));
            return true;
        }

        public void Add(PageReadings page, long? before, long? after)
        {
            var (temperatures, humidities) = DeviceReadings.Values(page);
            Add(page.Times, temperatures, humidities, before, after);
        }

        /// <summary>Adds readings that follow each other on one day, with the times of those beside them on that day.</summary>
        public void Add(ReadOnlySpan<long> times, ReadOnlySpan<double> temperatures, ReadOnlySpan<double> humidities, long? before, long? after)
        {
            if (_seconds.Length < times.Length)
            {
                _seconds = new long[times.Length];
            }

            ReadingTime.Weigh(times, before, after, _seconds);
            for (var i = 0; i < times.Length; i++)
            {
                if (times[i] >= part.From && times[i] <= part.To)
                {
                    window.Add(IndexOf(times[i]), temperatures[i] + part.Temperature, humidities[i] + part.Humidity, _seconds[i]);
                }
            }
        }

        // Times rise: it is mostly the bucket of the one before.
        private int IndexOf(long ts) => ts < window.EndOf(_index) && ts >= window.StartOf(_index) ? _index : _index = window.IndexOf(ts);
    }
}
