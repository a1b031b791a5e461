using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using TechTemp.Data.Readings;
using TechTemp.Data.Store;
using TechTemp.Readings.Buckets;

namespace TechTemp.Data.Rollups;

/// <summary>
/// Adds readings to their rollups, over one connection and inside its caller's transaction. Each reading must be one that was
/// really inserted. Rows are read once and written once for each transaction, however many readings they gain. Not thread-safe.
/// </summary>
internal sealed class RollupStatements(SqliteConnection connection) : IDisposable
{
    // Some days of a thousand devices; what is forgotten is read again.
    private const int MostRemembered = 20_000;

    private readonly ReadingNeighbours _neighbours = new(connection);
    private readonly Statement _find = RollupRows.Range(connection);
    private readonly Statement _upsert = RollupRows.Upsert(connection);
    private readonly Statement _delete = RollupRows.Delete(connection);
    private readonly Dictionary<Key, Entry> _rows = [];
    private readonly List<Key> _changed = [];

    /// <summary>Enters a transaction that holds the write lock.</summary>
    /// <param name="forget">Whether another connection may have written since the last one.</param>
    public void Enter(bool forget)
    {
        if (forget || _rows.Count > MostRemembered)
        {
            _rows.Clear();
            _neighbours.Forget();
        }
    }

    /// <summary>A reading was inserted: it is added, and its neighbours stand for less time than before.</summary>
    /// <param name="deviceId">Its device.</param>
    /// <param name="reading">The reading.</param>
    /// <param name="newest">The time of the device's newest reading before it was inserted; <see cref="long.MinValue"/> when there was none.</param>
    public void Insert(int deviceId, in Measurement reading, long newest)
    {
        var (beforeLast, before, after, afterNext) = _neighbours.Of(deviceId, reading, newest);
        Add(deviceId, new(reading, ReadingTime.Seconds(before?.Ts, reading.Ts, after?.Ts)), newest);
        if (before is { } left)
        {
            Reweigh(deviceId, left, ReadingTime.Seconds(beforeLast, left.Ts, after?.Ts), ReadingTime.Seconds(beforeLast, left.Ts, reading.Ts));
        }

        if (after is { } right)
        {
            Reweigh(deviceId, right, ReadingTime.Seconds(before?.Ts, right.Ts, afterNext), ReadingTime.Seconds(reading.Ts, right.Ts, afterNext));
        }
    }

    /// <summary>Adds a reading whose time is known.</summary>
    /// <param name="deviceId">Its device.</param>
    /// <param name="weighed">The reading.</param>
    /// <param name="newest">An interval that begins later has no row yet.</param>
    public void Add(int deviceId, in WeighedReading weighed, long newest)
    {
        var ((ts, temperature, humidity), seconds) = weighed;
        for (var tier = RollupTier.QuarterHour; (int)tier < RollupTiers.Count; tier++)
        {
            Change(new(deviceId, tier, ts / RollupTiers.LengthOf(tier)), newest).Add(temperature, humidity, seconds);
        }
    }

    /// <summary>Deletes the rollups of a device's interval, in every tier.</summary>
    /// <param name="deviceId">The device.</param>
    /// <param name="from">Its start, of the coarsest tier's grid.</param>
    /// <param name="to">Its end, exclusive, of the coarsest tier's grid.</param>
    public void Clear(int deviceId, long from, long to)
    {
        for (var tier = RollupTier.QuarterHour; (int)tier < RollupTiers.Count; tier++)
        {
            Clear(deviceId, tier, from, to);
        }

        _rows.Clear();
        _changed.Clear();
        _neighbours.Forget();
    }

    /// <summary>Deletes the rollups of one tier of a device's interval.</summary>
    /// <returns>How many there were.</returns>
    public int Clear(int deviceId, RollupTier tier, long from, long to)
    {
        var length = RollupTiers.LengthOf(tier);
        return _delete.BindRange(deviceId, tier, from / length, to / length - 1).Execute();
    }

    /// <summary>Writes the rows that have changed.</summary>
    public void Leave()
    {
        foreach (var key in _changed)
        {
            ref var entry = ref CollectionsMarshal.GetValueRefOrNullRef(_rows, key);
            RollupRows.Write(_upsert, key.DeviceId, key.Tier, key.Bucket, entry.Rollup);
            entry.IsChanged = false;
        }

        _changed.Clear();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _neighbours.Dispose();
        _find.Dispose();
        _upsert.Dispose();
        _delete.Dispose();
    }

    private void Reweigh(int deviceId, in Measurement reading, long before, long now)
    {
        for (var tier = RollupTier.QuarterHour; before != now && (int)tier < RollupTiers.Count; tier++)
        {
            Change(new(deviceId, tier, reading.Ts / RollupTiers.LengthOf(tier)), newest: long.MaxValue).Reweigh(reading.Temperature, reading.Humidity, now - before);
        }
    }

    // The row of an interval, to be written when the transaction is left.
    private ref Rollup Change(in Key key, long newest)
    {
        ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_rows, key, out var known);
        if (!known && key.Bucket * RollupTiers.LengthOf(key.Tier) <= newest)
        {
            entry.Rollup = Find(key);
        }

        if (!entry.IsChanged)
        {
            entry.IsChanged = true;
            _changed.Add(key);
        }

        return ref entry.Rollup;
    }

    private Rollup Find(in Key key)
    {
        if (!_find.BindRange(key.DeviceId, key.Tier, key.Bucket, key.Bucket).Step())
        {
            return default;
        }

        var rollup = _find.Rollup();
        _find.Reset();
        return rollup;
    }

    private readonly record struct Key(int DeviceId, RollupTier Tier, long Bucket);

    private struct Entry
    {
        public Rollup Rollup;
        public bool IsChanged;
    }
}
