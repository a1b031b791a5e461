using TechTemp.Data.Store;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Maintenance;

/// <summary>
/// Turns all readings of a day, or of its first hours, into pages, in steps of some rows each, the oldest first. A step replaces rows by a page that has the same
/// readings, so a reading is in one of the two after each of them. The heads are those of all that was read from the beginning: a reader uses the head of a page
/// only where the next page of its day begins before the first row of that day. The last step compares everything with what was encoded. Each step is inside its
/// caller's transaction of the device. Not thread-safe.
/// </summary>
internal sealed class DaySeal
{
    private readonly StoredDay _day;
    private readonly int _rowsOfAStep;
    private readonly long _length;
    private readonly List<Page> _target;
    private List<Page> _stored;
    private int _sealed;
    private long _told;

    /// <summary>Encodes the day.</summary>
    /// <param name="day">The day, or its first hours, as it was read.</param>
    /// <param name="rowsOfAStep">How many rows a step may replace.</param>
    public DaySeal(StoredDay day, int rowsOfAStep)
    {
        (_day, _rowsOfAStep) = (day, rowsOfAStep);
        // A day of which only some hours are finished has so many readings already that its pages are of an hour.
        _length = day.IsWhole ? PageKey.LengthFor(day.Readings.Times.Length) : PageKey.Hour;
        _target = DayEncoder.Encode(day.DeviceId, day.Readings, _length);
        _stored = day.Pages;
    }

    /// <summary>The day's start, unix milliseconds UTC.</summary>
    public long Day => _day.Day;

    /// <summary>How many rows the next step replaces, at most.</summary>
    public int RowsOfNextStep => Math.Min(_day.Rows.Count - _sealed, _rowsOfAStep);

    /// <summary>Whether all rows are in pages.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Does the next step.</summary>
    /// <param name="transaction">Of the device.</param>
    /// <param name="now">Unix milliseconds UTC.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What it sealed; null where the day is no longer what was read: then nothing was written.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask<Sealed?> StepAsync(IDeviceTransaction transaction, long now, CancellationToken cancellationToken) =>
        !await transaction.HasPagesAsync(_day.Day, _stored, cancellationToken) ? null
        : _day.Rows.Count - _sealed <= _rowsOfAStep ? await FinishAsync(transaction, now, cancellationToken)
        : _stored.Exists(page => page.Key.Length != _length) ? await RearrangeAsync(transaction, cancellationToken)
        : await SealSomeAsync(transaction, cancellationToken);

    // The newest reading may have been removed since the day was read: the one that is the newest then stays a row.
    private async ValueTask<Sealed?> FinishAsync(IDeviceTransaction transaction, long now, CancellationToken cancellationToken)
    {
        if (!await transaction.HasRowsAsync(_day.Day, _day.Last, _day.Rows.From(_sealed, _day.Rows.Count), cancellationToken)
            || !(await transaction.NewestRowAsync(now, cancellationToken) > _day.Last))
        {
            return null;
        }

        await transaction.DeleteRowsAsync(_day.Day, _day.Last, cancellationToken);
        await transaction.ReplaceAsync(_stored, _target, cancellationToken);
        IsDone = true;
        return new(_day.Readings.Times.Length - _told, _day.IsWhole ? 1 : 0, _target.Sum(page => page.Head.Length + (long)page.Body.Length));
    }

    // Pages of another length have few readings: their day had fewer, or will have.
    private ValueTask<Sealed> RearrangeAsync(IDeviceTransaction transaction, CancellationToken cancellationToken)
    {
        var readings = _day.Readings.Where(ts => !_day.Rows.Has(ts));
        return WriteAsync(transaction, DayEncoder.Encode(_day.DeviceId, readings, _length), readings.Times.Length, cancellationToken);
    }

    // Whole pages where they fit into a step, else a part of one.
    private async ValueTask<Sealed?> SealSomeAsync(IDeviceTransaction transaction, CancellationToken cancellationToken)
    {
        var (first, beyond) = (_day.Rows.Times[_sealed], _day.Rows.Times[_sealed + _rowsOfAStep]);
        var end = KeyOf(beyond).Start > first ? KeyOf(beyond).Start : beyond;
        var after = _day.Rows.IndexOf(end);
        // The first row that is left must still be stored, or an earlier one: the head of the page before it counts with it.
        if (!await transaction.HasRowsAsync(first, end - 1, _day.Rows.From(_sealed, after), cancellationToken)
            || await transaction.NextRowAsync(end, _day.Rows.Times[after], 0, cancellationToken) is null)
        {
            return null;
        }

        var start = KeyOf(first).Start;
        List<Page> pages = [
            .. _stored.Where(page => page.Key.Start < start || page.Key.Start >= end),
            .. _target.Where(page => page.Key.Start >= start && page.Key.Start < end).Select(page => page.Key.End <= end ? page : UpTo(end, page.Key))];
        var step = await WriteAsync(transaction, pages, after - _sealed, cancellationToken);
        await transaction.DeleteRowsAsync(first, end - 1, cancellationToken);
        _sealed = after;
        return step;
    }

    private Page UpTo(long end, PageKey key) =>
        PageEncoder.Encode(key, _day.Readings.Where(ts => ts >= key.Start && ts < key.End && (ts < end || !_day.Rows.Has(ts))));

    private async ValueTask<Sealed> WriteAsync(IDeviceTransaction transaction, List<Page> pages, int readings, CancellationToken cancellationToken)
    {
        await transaction.ReplaceAsync(_stored, pages, cancellationToken);
        _stored = [.. pages.OrderBy(page => page.Key.Start)];
        _told += readings;
        return new(readings, 0, 0);
    }

    private PageKey KeyOf(long ts) => DayEncoder.KeyOf(_day.DeviceId, ts, _length);
}
