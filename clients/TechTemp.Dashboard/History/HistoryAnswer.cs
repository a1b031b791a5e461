using TechTemp.Dashboard.Api;
using TechTemp.Dashboard.Viewing;

namespace TechTemp.Dashboard.History;

/// <summary>What the API answered about a room or device: its readings or buckets with every quantity, oldest first.</summary>
public sealed class HistoryAnswer
{
    private readonly List<(DateTimeOffset Ts, Measured Values, long Count, string? DeviceId)> _rows;
    private readonly bool _areReadings;

    private HistoryAnswer(IEnumerable<(DateTimeOffset Ts, Measured Values, long Count, string? DeviceId)> newestFirst, bool areReadings) =>
        (_rows, _areReadings) = ([.. newestFirst.Reverse()], areReadings);

    /// <summary>No readings.</summary>
    public static HistoryAnswer None { get; } = new([], areReadings: true);

    /// <summary>Buckets, newest first, as the API has them.</summary>
    public static HistoryAnswer Of(IReadOnlyList<Bucket> buckets) => new(buckets.Select(b => (b.Ts, b.Values, b.Count, (string?)null)), areReadings: false);

    /// <summary>Single readings, newest first, as the API has them.</summary>
    public static HistoryAnswer Of(IReadOnlyList<RawReading> readings) => new(readings.Select(r => (r.Ts, r.Values, 1L, r.DeviceId)), areReadings: true);

    /// <summary>Whether a quantity was measured in a range.</summary>
    public bool Has(Quantity quantity, DateTimeOffset from, DateTimeOffset to, HistoryCut cut) =>
        _rows.Exists(r => r.Ts > from - cut.Length && r.Ts <= to && r.Values[quantity.Key] is not null);

    /// <summary>
    /// The points of a quantity in the viewer's unit. What has no value of it is left out, so that it is a gap where it lasts: a room's sensors take turns, and a device may
    /// send its battery with every tenth reading. Both have a line, which one missing value must not cut.
    /// </summary>
    public IReadOnlyList<HistoryPoint> Points(Quantity quantity, Viewer viewer)
    {
        var measured = _rows.Where(r => r.Values[quantity.Key] is not null).ToList();
        var seconds = _areReadings ? ReadingTime.Of([.. measured.Select(r => (r.DeviceId, r.Ts))]) : null;
        return [.. measured.Select((r, i) => Point(r.Ts, r.Values, r.Count, seconds?[i] ?? 0))];

        HistoryPoint Point(DateTimeOffset ts, Measured values, long count, long stands)
        {
            var mean = values[quantity.Key]!.Value;
            return new(
                ts,
                viewer.Shown(quantity, mean),
                viewer.Shown(quantity, values[quantity.MinKey] ?? mean),
                viewer.Shown(quantity, values[quantity.MaxKey] ?? mean),
                count,
                stands);
        }
    }
}
