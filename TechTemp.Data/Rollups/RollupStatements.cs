using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using TechTemp.Data.Store;

namespace TechTemp.Data.Rollups;

/// <summary>
/// Adds readings to their rollups, over one connection and inside its caller's transaction. Each reading must be one that was
/// really inserted. Rows are read once and written once for each transaction, however many readings they gain. Not thread-safe.
/// </summary>
internal sealed class RollupStatements : IDisposable
{
    // Some days of a thousand devices; what is forgotten is read again.
    private const int MostRemembered = 20_000;

    private readonly SqliteCommand _find;
    private readonly SqliteCommand _upsert;
    private readonly SqliteCommand _delete;
    private readonly SqliteCommand[] _commands;
    private readonly Dictionary<Key, Entry> _rows = [];
    private readonly List<Key> _changed = [];

    public RollupStatements(SqliteConnection connection)
    {
        _find = RollupRows.Range(connection);
        _upsert = RollupRows.Upsert(connection);
        _delete = RollupRows.Delete(connection);
        _commands = [_find, _upsert, _delete];
    }

    /// <summary>Enters a transaction that holds the write lock.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="forget">Whether another connection may have written since the last one.</param>
    public void Enter(SqliteTransaction transaction, bool forget)
    {
        foreach (var command in _commands)
        {
            command.Transaction = transaction;
        }

        if (forget || _rows.Count > MostRemembered)
        {
            _rows.Clear();
        }
    }

    /// <summary>A reading was inserted.</summary>
    public void Add(int deviceId, long ts, double temperature, double humidity)
    {
        for (var tier = RollupTier.QuarterHour; (int)tier < RollupTiers.Count; tier++)
        {
            var key = new Key(deviceId, tier, ts / RollupTiers.LengthOf(tier));
            ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_rows, key, out var known);
            if (!known)
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
        return _delete.Bind(0, deviceId).Bind(1, (int)tier).Bind(2, from / length).Bind(3, to / length - 1).ExecuteNonQuery();
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
        foreach (var command in _commands)
        {
            command.Dispose();
        }
    }

    private Rollup Find(in Key key)
    {
        using var reader = _find.Bind(0, key.DeviceId).Bind(1, (int)key.Tier).Bind(2, key.Bucket).Bind(3, key.Bucket).ExecuteReader();
        return reader.Read() ? RollupRows.Read(reader.Handle!) : default;
    }

    private readonly record struct Key(int DeviceId, RollupTier Tier, long Bucket);

    private struct Entry
    {
        public Rollup Rollup;
        public bool IsChanged;
    }
}
