using TechTemp.Readings.Calibrations;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Storage;

namespace TechTemp.Readings.Queries;

/// <summary>The readings of one device, of rows and pages, newest first, read some at a time. Not thread-safe.</summary>
internal sealed class DeviceReadings
{
    private readonly SeriesPart[] _parts;
    private readonly Queue<SeriesBlock> _ready = [];
    private readonly PageReadingsBuilder _rows = new();
    private readonly StoredPages _pages = new();
    private int _part;
    private long _to;

    /// <param name="parts">What is read, all of one device; one or more.</param>
    public DeviceReadings(IEnumerable<SeriesPart> parts)
    {
        _parts = [.. parts];
        Array.Sort(_parts, (one, other) => other.From.CompareTo(one.From));
        _to = _parts[0].To;
    }

    /// <summary>Whether nothing is left to be read or taken.</summary>
    public bool IsAtEnd => _ready.Count == 0 && _part == _parts.Length;

    /// <summary>Whether there is a block to take.</summary>
    public bool IsReady => _ready.Count > 0;

    /// <summary>The next readings, newest first.</summary>
    public SeriesBlock Take() => _ready.Dequeue();

    /// <summary>Reads on until there is a block to take or all has been read.</summary>
    /// <param name="snapshot">What is read from; another one than before may be used.</param>
    /// <param name="count">About how many readings.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PageDamagedException">A page is damaged.</exception>
    public async ValueTask ReadAsync(IReadingSnapshot snapshot, int count, CancellationToken cancellationToken)
    {
        while (_ready.Count == 0 && _part < _parts.Length)
        {
            await ReadPartAsync(snapshot, _parts[_part], count, cancellationToken);
        }
    }

    private async ValueTask ReadPartAsync(IReadingSnapshot snapshot, SeriesPart part, int count, CancellationToken cancellationToken)
    {
        _rows.Clear();
        await snapshot.NewestRowsAsync(new(part.DeviceId, part.From, _to), count, _rows, cancellationToken);
        var rows = _rows.Build();
        // From here on nothing is missing.
        var from = rows?.Times.Length >= count ? rows.Times[0] : part.From;
        _pages.Clear();
        await snapshot.NewestPagesAsync(new(part.DeviceId, from, _to), count, _pages, cancellationToken);
        if (_pages.Readings >= count)
        {
            from = Math.Max(from, _pages.KeyOf(_pages.Count - 1).Start);
        }

        Merge(rows, part, from);
        if (from > part.From)
        {
            _to = from - 1;
        }
        else if (++_part < _parts.Length)
        {
            _to = _parts[_part].To;
        }
    }

    // Rows are mostly newer than all pages; late ones are among the readings of a page.
    private void Merge(PageReadings? rows, in SeriesPart part, long from)
    {
        Correct(rows, part.Correction);
        var last = (rows?.Times.Length ?? 0) - 1;
        for (var i = 0; i < _pages.Count; i++)
        {
            var page = _pages.Decode(i);
            Correct(page, part.Correction);
            var first = PageReadings.FirstAt(page.Times, from);
            var end = _to >= page.Times[^1] ? page.Times.Length - 1 : PageReadings.FirstAt(page.Times, _to + 1) - 1;
            if (first > end)
            {
                continue;
            }

            last = TakeRows(rows, last, page.Times[end] + 1, part.DeviceId);
            if (last >= 0 && rows!.Times[last] > page.Times[first])
            {
                var late = PageReadings.FirstAt(rows.Times, page.Times[first]);
                var merged = new PageReadingsBuilder();
                merged.Add(page, first, end - first + 1);
                merged.Add(rows, late, last - late + 1);
                Add(merged.Build()!, part.DeviceId, 0, merged.Count - 1);
                last = late - 1;
            }
            else
            {
                Add(page, part.DeviceId, first, end);
            }
        }

        TakeRows(rows, last, from, part.DeviceId);
    }

    // Those of a moment and later. Returns the index of the last one that is left.
    private int TakeRows(PageReadings? rows, int last, long from, int deviceId)
    {
        if (last < 0 || rows!.Times[last] < from)
        {
            return last;
        }

        var first = PageReadings.FirstAt(rows.Times, from);
        Add(rows, deviceId, first, last);
        return first - 1;
    }

    private void Add(PageReadings readings, int deviceId, int first, int last) => _ready.Enqueue(new(readings, deviceId, first, last));

    private static void Correct(PageReadings? readings, Correction correction)
    {
        foreach (var column in readings?.Columns ?? [])
        {
            correction.Apply(column.Quantity, column.Values, column.Range);
        }
    }
}
