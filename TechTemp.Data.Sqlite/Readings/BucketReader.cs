using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Pages;
using TechTemp.Data.Sqlite.Rows;
using TechTemp.Data.Store;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Sqlite.Readings;

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
    private readonly Statement _heads = reader.Prepare(PageTable.HeadsSql);
    private readonly Statement _body = reader.Prepare(PageTable.BodySql);
    private readonly List<HeadOfDay> _day = [];
    private readonly PageReadingsBuilder _readings = new();
    private HeadOfDay? _next;
    private long? _nextRow;

    /// <summary>Adds to the buckets what the part has in their time.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    /// <exception cref="PageDamagedException">A page is damaged.</exception>
    public void Read(in SeriesPart part, BucketWindow window)
    {
        var clipped = part with { From = Math.Max(Math.Max(part.From, window.Start), 0), To = Math.Min(part.To, window.End - 1) };
        if (clipped.From > clipped.To)
        {
            return;
        }

        // Whole days: with the neighbours that decide how long the first and the last reading stand for.
        var end = PageKey.DayOf(clipped.To) + PageKey.Day - 1;
        _rows.Bind(1, part.DeviceId).Bind(2, PageKey.DayOf(clipped.From)).Bind(3, end);
        _heads.BindPages(part.DeviceId, clipped.From, end);
        StepRow();
        StepHead();
        while (_nextRow is not null || _next is not null)
        {
            var day = PageKey.DayOf(Math.Min(_nextRow ?? long.MaxValue, _next?.Key.Start ?? long.MaxValue));
            _day.Clear();
            for (; _next is { } head && head.Key.Start < day + PageKey.Day; StepHead())
            {
                _day.Add(head);
            }

            ReadDay(clipped, window, day + PageKey.Day);
        }

        _rows.Reset();
        _heads.Reset();
    }

    private void ReadDay(in SeriesPart part, BucketWindow window, long end)
    {
        var decodesAll = _nextRow < end;
        if (decodesAll || (_day.Count > 1 && AnyNeedsReadings(part, window) && !HaveSameQuantities()))
        {
            Add(part, window, end);
            return;
        }

        for (var i = 0; i < _day.Count; i++)
        {
            var (key, head, hasBody) = _day[i];
            if (NeedsReadings(_day[i], part, window))
            {
                long? before = i > 0 ? _day[i - 1].Head.Last : null;
                long? after = i + 1 < _day.Count ? _day[i + 1].Head.First : null;
                window.Add(Decode(_day[i]), part.From, part.To, before, after, part.Correction);
            }
            else if (head.First >= part.From && head.First <= part.To && (hasBody || window.IsMadeOf(key.Length)))
            {
                window.Add(head, part.Correction);
            }
        }
    }

    // All readings of the day, of rows and pages.
    private void Add(in SeriesPart part, BucketWindow window, long end)
    {
        _readings.Clear();
        foreach (var page in _day)
        {
            if (page.HasBody)
            {
                _readings.Add(Decode(page));
            }
            else if (page.Head.First >= part.From && page.Head.First <= part.To && window.IsMadeOf(page.Key.Length))
            {
                window.Add(page.Head, part.Correction);
            }
        }

        for (; _nextRow < end; StepRow())
        {
            _readings.Add(_nextRow.Value, _rows.Values(1), default);
        }

        if (_readings.Build() is { } readings)
        {
            window.Add(readings, part.From, part.To, null, null, part.Correction);
        }
    }

    // Where an edge lies in the page, or values are shown otherwise than they are. One that is not in the part at all needs nothing.
    private static bool NeedsReadings(in HeadOfDay page, in SeriesPart part, BucketWindow window)
    {
        var head = page.Head;
        if (!page.HasBody || head.Last < part.From || head.First > part.To)
        {
            return false;
        }

        if (head.First < part.From || head.Last > part.To || !window.IsInOne(head))
        {
            return true;
        }

        foreach (ref readonly var column in head.Columns.AsSpan())
        {
            if (!part.Correction.IsLinear(column.Quantity, column.Least, column.Greatest))
            {
                return true;
            }
        }

        return false;
    }

    private bool AnyNeedsReadings(in SeriesPart part, BucketWindow window)
    {
        foreach (var page in _day)
        {
            if (NeedsReadings(page, part, window))
            {
                return true;
            }
        }

        return false;
    }

    // Then the reading beside a page, which the others are weighed by, is the first or last one of the page beside it.
    private bool HaveSameQuantities() => _day.TrueForAll(page =>
        page.HasBody && Array.TrueForAll(page.Head.Columns, c => c.Count == page.Head.Count)
        && page.Head.Columns.Select(c => c.Quantity).SequenceEqual(_day[0].Head.Columns.Select(c => c.Quantity)));

    private PageReadings Decode(in HeadOfDay page)
    {
        _body.Bind(1, page.Key.Id).Step();
        try
        {
            return PageDecoder.Read(page.Key, page.Head, _body.Blob(0));
        }
        finally
        {
            _body.Reset();
        }
    }

    private void StepRow() => _nextRow = _rows.Step() ? _rows.Long(0) : null;

    private void StepHead()
    {
        if (!_heads.Step())
        {
            _next = null;
            return;
        }

        var key = _heads.Key();
        _next = new(key, PageDecoder.ReadHead(key, _heads.Head()), _heads.Long(3) != 0);
    }

    // Without a body the readings of the page are gone.
    private readonly record struct HeadOfDay(PageKey Key, PageHead Head, bool HasBody);
}
