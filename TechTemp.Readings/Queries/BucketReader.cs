using TechTemp.Readings.Buckets;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Storage;

namespace TechTemp.Readings.Queries;

/// <summary>
/// Fills buckets from rows and pages, day by day. A page that lies in one bucket and one part of the series is taken from its head; one with an edge
/// inside (a local midnight, a calibration, a move, an end of the range) is decoded. The head of a page holds where the next page of its day begins before the
/// first row of that day: a row changes how long the readings beside it stand for, and those are of the same day. The other pages of the day are decoded, and
/// weighed together with its rows. A page whose readings are gone counts by its start, and not at all in buckets that are not made of whole spans of its length.
/// Not thread-safe.
/// </summary>
internal sealed class BucketReader
{
    // Of either kind at a time, and at least a whole day.
    private const int MostRows = 20_000;
    private const int MostPages = 10_000;

    private readonly PageReadingsBuilder _rowsBuilder = new();
    private readonly PageReadingsBuilder _dayBuilder = new();
    private readonly StoredPages _pages = new();
    private readonly List<PageHead> _heads = [];
    private readonly List<bool> _needsReadings = [];
    private readonly List<DayOfDevice> _days = [];
    private readonly List<int> _decoded = [];
    private PageReadings? _rows;

    /// <summary>Adds to the buckets what the part has in their time.</summary>
    /// <exception cref="PageDamagedException">A page is damaged.</exception>
    public async ValueTask ReadAsync(IReadingSnapshot snapshot, SeriesPart part, BucketWindow window, CancellationToken cancellationToken)
    {
        part = part with { From = Math.Max(Math.Max(part.From, window.Start), 0), To = Math.Min(part.To, window.End - 1) };
        // Whole days: with the neighbours that decide how long the first and the last reading stand for.
        var end = PageKey.DayOf(part.To) + PageKey.Day;
        for (var from = PageKey.DayOf(part.From); part.From <= part.To && from < end;)
        {
            var next = await ReadRowsAsync(snapshot, part.DeviceId, from, end, cancellationToken);
            next = await ReadHeadsAsync(snapshot, part.DeviceId, from, next, cancellationToken);
            Divide(part, window, next);
            await snapshot.BodiesAsync(_pages, _decoded, cancellationToken);
            foreach (var day in _days)
            {
                Add(day, part, window);
            }

            from = next;
        }
    }

    // Returns the end of the days whose rows are complete.
    private async ValueTask<long> ReadRowsAsync(IReadingSnapshot snapshot, int deviceId, long from, long end, CancellationToken cancellationToken)
    {
        _rowsBuilder.Clear();
        await snapshot.OldestRowsAsync(new(deviceId, from, end - 1), MostRows, _rowsBuilder, cancellationToken);
        if (_rowsBuilder.Count == MostRows)
        {
            var day = PageKey.DayOf(_rowsBuilder.LastTime);
            if (day > PageKey.DayOf(_rowsBuilder.FirstTime))
            {
                end = day;
            }
            else
            {
                end = day + PageKey.Day;
                await snapshot.OldestRowsAsync(new(deviceId, _rowsBuilder.LastTime + 1, end - 1), int.MaxValue, _rowsBuilder, cancellationToken);
            }
        }

        _rows = _rowsBuilder.Build();
        return end;
    }

    // Returns the end of the days whose pages are complete, too.
    private async ValueTask<long> ReadHeadsAsync(IReadingSnapshot snapshot, int deviceId, long from, long end, CancellationToken cancellationToken)
    {
        _pages.Clear();
        await snapshot.OldestHeadsAsync(new(deviceId, from, end - 1), MostPages, _pages, cancellationToken);
        if (_pages.Count == MostPages)
        {
            end = PageKey.DayOf(_pages.KeyOf(_pages.Count - 1).Start);
            var count = _pages.Count;
            while (_pages.KeyOf(count - 1).Start >= end)
            {
                count--;
            }

            _pages.Cut(count);
        }

        _heads.Clear();
        for (var i = 0; i < _pages.Count; i++)
        {
            _heads.Add(_pages.Head(i));
        }

        return end;
    }

    // Into days, and says which pages have to be decoded.
    private void Divide(in SeriesPart part, BucketWindow window, long end)
    {
        _days.Clear();
        _decoded.Clear();
        _needsReadings.Clear();
        var (row, page) = (0, 0);
        var rows = _rows?.Times ?? [];
        while (true)
        {
            var start = Math.Min(row < rows.Length ? rows[row] : long.MaxValue, page < _pages.Count ? _pages.KeyOf(page).Start : long.MaxValue);
            if (start >= end)
            {
                return;
            }

            var (firstRow, firstPage, next) = (row, page, PageKey.DayOf(start) + PageKey.Day);
            for (; row < rows.Length && rows[row] < next; row++)
            {
            }

            for (; page < _pages.Count && _pages.KeyOf(page).Start < next; page++)
            {
            }

            var anyNeedsReadings = false;
            for (var i = firstPage; i < page; i++)
            {
                _needsReadings.Add(NeedsReadings(i, part, window));
                anyNeedsReadings |= _needsReadings[i];
            }

            var together = row > firstRow ? FirstBesideRows(firstPage, page, rows[firstRow])
                : page - firstPage > 1 && anyNeedsReadings && !HaveSameQuantities(firstPage, page) ? firstPage : page;
            for (var i = firstPage; i < page; i++)
            {
                if (_needsReadings[i] || (i >= together && _pages.HasBody(i)))
                {
                    _decoded.Add(i);
                }
            }

            _days.Add(new(firstPage, together, page, firstRow..row));
        }
    }

    // The last page that begins before the first row. The readings of the pages before it have their neighbours in pages.
    private int FirstBesideRows(int firstPage, int page, long firstRow)
    {
        var last = firstPage;
        while (last + 1 < page && _heads[last + 1].First < firstRow)
        {
            last++;
        }

        return last == firstPage || HaveSameQuantities(firstPage, last + 1) ? last : firstPage;
    }

    private void Add(in DayOfDevice day, in SeriesPart part, BucketWindow window)
    {
        for (var i = day.FirstPage; i < day.Together; i++)
        {
            var head = _heads[i];
            if (_needsReadings[i])
            {
                long? before = i > day.FirstPage ? _heads[i - 1].Last : null;
                long? after = i + 1 < day.BeyondPages ? _heads[i + 1].First : null;
                window.Add(_pages.Decode(i, head), part.From, part.To, before, after, part.Correction);
            }
            else if (head.First >= part.From && head.First <= part.To && (_pages.HasBody(i) || window.IsMadeOf(_pages.KeyOf(i).Length)))
            {
                window.Add(head, part.Correction);
            }
        }

        if (day.Together < day.BeyondPages || !day.Rows.Start.Equals(day.Rows.End))
        {
            AddReadings(day, part, window);
        }
    }

    // Those of rows, and of pages together with them.
    private void AddReadings(in DayOfDevice day, in SeriesPart part, BucketWindow window)
    {
        if (day.FirstPage == day.BeyondPages && day.Rows.Equals(0.._rows!.Times.Length))
        {
            window.Add(_rows, part.From, part.To, null, null, part.Correction);
            return;
        }

        _dayBuilder.Clear();
        for (var i = day.Together; i < day.BeyondPages; i++)
        {
            var head = _heads[i];
            if (_pages.HasBody(i))
            {
                _dayBuilder.Add(_pages.Decode(i, head));
            }
            else if (head.First >= part.From && head.First <= part.To && window.IsMadeOf(_pages.KeyOf(i).Length))
            {
                window.Add(head, part.Correction);
            }
        }

        if (_rows is not null)
        {
            _dayBuilder.Add(_rows, day.Rows.Start.Value, day.Rows.End.Value - day.Rows.Start.Value);
        }

        if (_dayBuilder.Build() is { } readings)
        {
            long? before = day.Together > day.FirstPage ? _heads[day.Together - 1].Last : null;
            window.Add(readings, part.From, part.To, before, null, part.Correction);
        }
    }

    // Where an edge lies in the page, or values are shown otherwise than they are. One that is not in the part at all needs nothing.
    private bool NeedsReadings(int page, in SeriesPart part, BucketWindow window)
    {
        var head = _heads[page];
        if (!_pages.HasBody(page) || head.Last < part.From || head.First > part.To)
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

    // Then the reading beside a page, which the others are weighed by, is the first or last one of the page beside it.
    private bool HaveSameQuantities(int firstPage, int beyond)
    {
        var columns = _heads[firstPage].Columns;
        for (var i = firstPage; i < beyond; i++)
        {
            var head = _heads[i];
            if (!_pages.HasBody(i) || head.Columns.Length != columns.Length)
            {
                return false;
            }

            for (var c = 0; c < columns.Length; c++)
            {
                if (head.Columns[c].Count != head.Count || head.Columns[c].Quantity != columns[c].Quantity)
                {
                    return false;
                }
            }
        }

        return true;
    }

    // Pages from Together on are decoded, and weighed together with the rows.
    private readonly record struct DayOfDevice(int FirstPage, int Together, int BeyondPages, Range Rows);
}
