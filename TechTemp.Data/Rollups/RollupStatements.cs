using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using TechTemp.Data.Store;

namespace TechTemp.Data.Rollups;

/// <summary>
/// Adds readings to their rollups, over one connection and inside its caller's transaction. Each reading must be one that was
/// really inserted. Rows are read once and written once for each transaction, however many readings they gain. Not thread-safe.
/// </summary>
internal sealed class RollupStatements(SqliteConnection connection) : IDisposable
{
    // Some days of a thousand devices; what is forgotten is read again.
    private const int MostRemembered = 20_000;

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
        }
    }

    /// <summary>A reading was inserted.</summary>
    /// <param name="deviceId">Its device.</param>
    /// <param name="ts">Its time, unix milliseconds UTC.</param>
    /// <param name="temperature">°C.</param>
    /// <param name="humidity">%.</param>
    /// <param name="newest">The time of the device's newest reading before it: an interval that begins later has no row yet.</param>
    public void Add(int deviceId, long ts, double temperature, double humidity, long newest)
    {
        for (var tier = RollupTier.QuarterHour; (int)tier < RollupTiers.Count; tier++)
        {
            var length = RollupTiers.LengthOf(tier);
            var key = new Key(deviceId, tier, ts / length);
            ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_rows, key, out var known);
            if (!known && key.Bucket * length <= newest)
            {
                entry.Rollup = Find(key);
            }

            entry.Rollup.Add(temperature, humidity);
            if (!entry.IsChanged)
            {
                entry.IsChanged = true;
                _changed.Add(key);
            }
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
        _find.Dispose();
        _upsert.Dispose();
        _delete.Dispose();
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
