using Microsoft.Data.Sqlite;
using SQLitePCL;
using TechTemp.Data.Readings;
using TechTemp.Data.Store;

namespace TechTemp.Data.Rollups;

/// <summary>
/// Fills buckets from rollups. An interval that lies in one bucket and one part of the series is taken whole; one with an
/// edge inside (a local midnight, a calibration, a move, an end of the range) is made up of the next finer tier's, and in
/// the end of readings. Where retention has dropped what is finer, an interval counts by its start.
/// </summary>
internal sealed class RollupReader : IDisposable
{
    internal const string RawSql = "SELECT ts, temperature, humidity FROM readings WHERE device_id = $device_id AND ts BETWEEN $from AND $to ORDER BY ts;";

    private readonly SqliteCommand[] _tiers;
    private readonly SqliteCommand _raw;

    public RollupReader(SqliteConnection connection)
    {
        _tiers = [.. Enumerable.Range(0, RollupTiers.Count).Select(_ => RollupRows.Range(connection))];
        _raw = connection.Prepare(RawSql, ("$device_id", SqliteType.Integer), ("$from", SqliteType.Integer), ("$to", SqliteType.Integer));
    }

    /// <summary>Adds to the buckets what the part has in their time.</summary>
    public void Read(in SeriesPart part, BucketWindow window)
    {
        var clipped = part with { From = Math.Max(part.From, window.Start), To = Math.Min(part.To, window.End - 1) };
        if (clipped.From <= clipped.To)
        {
            Read(clipped, window, window.Tier, clipped.From, clipped.To);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var command in _tiers)
        {
            command.Dispose();
        }

        _raw.Dispose();
    }

    /// <summary>Adds what of the part lies in the intervals of a tier from one moment to another.</summary>
    /// <returns>Whether the tier has any.</returns>
    private bool Read(in SeriesPart part, BucketWindow window, RollupTier tier, long from, long to)
    {
        var length = RollupTiers.LengthOf(tier);
        var command = _tiers[(int)tier].Bind(0, part.DeviceId).Bind(1, (int)tier).Bind(2, from / length).Bind(3, to / length);
        using var reader = command.ExecuteReader();
        var any = false;
        while (reader.Read())
        {
            any = true;
            var row = reader.Handle!;
            var start = raw.sqlite3_column_int64(row, 0) * length;
            var last = start + length - 1;
            if (last < part.From || start > part.To)
            {
                continue;
            }

            var isWhole = start >= part.From && last <= part.To;
            var index = window.IndexOf(Math.Max(start, part.From));
            if (isWhole && last < window.EndOf(index))
            {
                window.Add(index, RollupRows.Read(row).Shifted(part.Temperature, part.Humidity));
            }
            else if (!ReadFiner(part, window, tier, start, last) && start >= part.From)
            {
                window.Add(index, RollupRows.Read(row).Shifted(part.Temperature, part.Humidity));
            }
        }

        return any;
    }

    private bool ReadFiner(in SeriesPart part, BucketWindow window, RollupTier tier, long from, long to) =>
        tier == RollupTier.QuarterHour ? ReadRaw(part, window, from, to) : Read(part, window, tier - 1, from, to);

    private bool ReadRaw(in SeriesPart part, BucketWindow window, long from, long to)
    {
        using var reader = _raw.Bind(0, part.DeviceId).Bind(1, from).Bind(2, to).ExecuteReader();
        var any = false;
        while (reader.Read())
        {
            any = true;
            var ts = reader.GetInt64(0);
            if (ts >= part.From && ts <= part.To)
            {
                var one = default(Rollup);
                one.Add(reader.GetDouble(1) + part.Temperature, reader.GetDouble(2) + part.Humidity);
                window.Add(window.IndexOf(ts), one);
            }
        }

        return any;
    }
}
