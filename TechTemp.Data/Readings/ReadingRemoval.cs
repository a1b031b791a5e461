using Microsoft.Data.Sqlite;
using TechTemp.Data.Rollups;
using TechTemp.Data.Store;

namespace TechTemp.Data.Readings;

/// <summary>What became of a request to remove readings.</summary>
/// <param name="Deleted">How many were removed.</param>
/// <param name="KeptFrom">Set when nothing was removed because readings before this time are kept as rollups only.</param>
public readonly record struct Removal(int Deleted, DateTimeOffset? KeptFrom = null);

/// <summary>Removes bad points, and computes the rollups that they were in again: all of it or nothing.</summary>
public sealed class ReadingRemoval(StoreConnections connections)
{
    /// <summary>Removes a device's readings of an interval.</summary>
    /// <param name="uid">The device.</param>
    /// <param name="from">First time, unix milliseconds UTC, inclusive.</param>
    /// <param name="to">Last time, inclusive.</param>
    /// <returns>Null when there is no device of that uid.</returns>
    /// <exception cref="SqliteException">The store failed; nothing was removed.</exception>
    public Removal? Remove(string uid, long from, long to)
    {
        using var span = StoreSpan.Start("DELETE", "readings");
        using var connection = connections.Open();
        using var transaction = connection.BeginTransaction(deferred: false);
        using var find = connection.Prepare(
            """
            SELECT id, raw_from, (SELECT min(ts) FROM readings WHERE device_id = d.id AND ts BETWEEN $from AND $to),
                (SELECT max(ts) FROM readings WHERE device_id = d.id AND ts BETWEEN $from AND $to)
            FROM devices d WHERE uid = $uid;
            """,
            ("$uid", SqliteType.Text), ("$from", SqliteType.Integer), ("$to", SqliteType.Integer));
        using var reader = find.Bind(0, uid).Bind(1, from).Bind(2, to).ExecuteReader();
        if (!reader.Read())
        {
            return null;
        }

        if (reader.LongOrNull(1) is { } rawFrom && from < rawFrom)
        {
            return new(0, DateTimeOffset.FromUnixTimeMilliseconds(rawFrom));
        }

        if (reader.LongOrNull(2) is not { } first || reader.LongOrNull(3) is not { } last)
        {
            return new(0);
        }

        var id = reader.GetInt32(0);
        reader.Close();
        using var delete = connection.Prepare(
            "DELETE FROM readings WHERE device_id = $device_id AND ts BETWEEN $from AND $to;",
            ("$device_id", SqliteType.Integer), ("$from", SqliteType.Integer), ("$to", SqliteType.Integer));
        var deleted = delete.Bind(0, id).Bind(1, first).Bind(2, last).ExecuteNonQuery();
        using var rollups = new RollupStatements(connection);
        rollups.Enter(forget: true);
        RollupBuilder.Build(connection, rollups, id, RollupTiers.Floor(first), RollupTiers.Floor(last) + RollupTiers.LengthOf(RollupTiers.Coarsest));
        transaction.Commit();
        span?.Affected(deleted);
        return new(deleted);
    }
}
