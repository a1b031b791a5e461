using TechTemp.Data.Readings;
using TechTemp.Data.Store;
using TechTemp.Readings.Buckets;

namespace TechTemp.Data.Rollups;

/// <summary>
/// Fills buckets from rollups. An interval that lies in one bucket and one part of the series is taken whole; one with an
/// edge inside (a local midnight, a calibration, a move, an end of the range) is made up of the next finer tier's, and in
/// the end of readings. Where retention has dropped what is finer, an interval counts by its start.
/// </summary>
internal sealed class RollupReader(StoreReader reader)
{
    internal const string RawSql = "SELECT ts, temperature, humidity FROM readings WHERE device_id = ?1 AND ts BETWEEN ?2 AND ?3 ORDER BY ts;";

    private readonly Statement[] _tiers = [.. Enumerable.Range(0, RollupTiers.Count).Select(_ => reader.Prepare(RollupRows.RangeSql))];
    private readonly Statement _raw = reader.Prepare(RawSql);

    /// <summary>Adds to the buckets what the part has in their time.</summary>
    public void Read(in SeriesPart part, BucketWindow window)
    {
        var clipped = part with { From = Math.Max(part.From, window.Start), To = Math.Min(part.To, window.End - 1) };
        if (clipped.From <= clipped.To)
        {
            Read(clipped, window, window.Tier, clipped.From, clipped.To);
        }
    }

    /// <summary>Adds what of the part lies in the intervals of a tier from one moment to another.</summary>
    /// <returns>Whether the tier has any.</returns>
    private bool Read(in SeriesPart part, BucketWindow window, RollupTier tier, long from, long to)
    {
        var length = RollupTiers.LengthOf(tier);
        var row = _tiers[(int)tier].BindRange(part.DeviceId, tier, from / length, to / length);
        var any = false;
        var index = window.IndexOf(Math.Max(from, part.From));
        while (row.Step())
        {
            any = true;
            var start = row.Bucket() * length;
            var last = start + length - 1;
            if (last < part.From || start > part.To)
            {
                continue;
            }

            var first = Math.Max(start, part.From);
            index = first < window.EndOf(index) ? index : window.IndexOf(first);
            var isWhole = start >= part.From && last <= part.To && last < window.EndOf(index);
            if (isWhole || (!ReadFiner(part, window, tier, start, last) && start >= part.From))
            {
                window.Add(index, row.Rollup().Shifted(part.Temperature, part.Humidity));
            }
        }

        return any;
    }

    private bool ReadFiner(in SeriesPart part, BucketWindow window, RollupTier tier, long from, long to) =>
        tier == RollupTier.QuarterHour ? ReadRaw(part, window, from, to) : Read(part, window, tier - 1, from, to);

    private bool ReadRaw(in SeriesPart part, BucketWindow window, long from, long to)
    {
        // With the neighbours that decide how long the first and the last reading stand for.
        _raw.Bind(1, part.DeviceId).Bind(2, from - ReadingTime.Reach).Bind(3, to + ReadingTime.Reach);
        var any = false;
        foreach (var (reading, seconds) in WeighedReading.Of(_raw))
        {
            var (ts, temperature, humidity) = reading;
            if (ts < from || ts > to)
            {
                continue;
            }

            any = true;
            if (ts >= part.From && ts <= part.To)
            {
                var one = default(Rollup);
                one.Add(temperature + part.Temperature, humidity + part.Humidity, seconds);
                window.Add(window.IndexOf(ts), one);
            }
        }

        return any;
    }
}
