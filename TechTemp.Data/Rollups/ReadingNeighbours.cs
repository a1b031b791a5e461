using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using TechTemp.Data.Readings;
using TechTemp.Data.Store;

namespace TechTemp.Data.Rollups;

/// <summary>The readings around one that was inserted; nearest ones with their values, the ones beyond with their times.</summary>
/// <param name="BeforeLast">The time of the reading before <paramref name="Before"/>.</param>
/// <param name="Before">The reading before it.</param>
/// <param name="After">The reading after it.</param>
/// <param name="AfterNext">The time of the reading after <paramref name="After"/>.</param>
internal readonly record struct Neighbourhood(long? BeforeLast, Measurement? Before, Measurement? After, long? AfterNext);

/// <summary>
/// Finds a reading's neighbours, inside its caller's transaction. It remembers the last two readings of each device: readings that
/// come in order need no query. Not thread-safe.
/// </summary>
internal sealed class ReadingNeighbours(SqliteConnection connection) : IDisposable
{
    internal const string BeforeSql = "SELECT ts, temperature, humidity FROM readings WHERE device_id = ?1 AND ts < ?2 ORDER BY ts DESC LIMIT 2;";
    internal const string AfterSql = "SELECT ts, temperature, humidity FROM readings WHERE device_id = ?1 AND ts > ?2 ORDER BY ts LIMIT 2;";

    private readonly Statement _before = new(connection, BeforeSql);
    private readonly Statement _after = new(connection, AfterSql);
    private readonly Dictionary<int, (long? BeforeLast, Measurement Last)> _ends = [];

    /// <summary>Another connection may have written.</summary>
    public void Forget() => _ends.Clear();

    /// <summary>The neighbours of a reading that was inserted.</summary>
    /// <param name="deviceId">Its device.</param>
    /// <param name="reading">The reading.</param>
    /// <param name="newest">The time of the device's newest reading before it was inserted; <see cref="long.MinValue"/> when there was none.</param>
    public Neighbourhood Of(int deviceId, in Measurement reading, long newest)
    {
        if (reading.Ts < newest)
        {
            _ends.Remove(deviceId);
            var (before, beforeLast) = Two(_before, deviceId, reading.Ts);
            var (after, afterNext) = Two(_after, deviceId, reading.Ts);
            return new(beforeLast, before, after, afterNext);
        }

        ref var end = ref CollectionsMarshal.GetValueRefOrAddDefault(_ends, deviceId, out var known);
        Neighbourhood found = default;
        if (known && end.Last.Ts == newest)
        {
            found = new(end.BeforeLast, end.Last, null, null);
        }
        else if (newest != long.MinValue)
        {
            var (before, beforeLast) = Two(_before, deviceId, reading.Ts);
            found = new(beforeLast, before, null, null);
        }

        end = (found.Before?.Ts, reading);
        return found;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _before.Dispose();
        _after.Dispose();
    }

    private static (Measurement? Nearest, long? Beyond) Two(Statement statement, int deviceId, long ts)
    {
        statement.Bind(1, deviceId).Bind(2, ts);
        if (WeighedReading.Next(statement) is not { } nearest)
        {
            return (null, null);
        }

        var beyond = WeighedReading.Next(statement)?.Ts;
        // A statement that has returned its last row is not reset yet.
        statement.Reset();
        return (nearest, beyond);
    }
}
