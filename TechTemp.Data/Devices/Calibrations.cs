using Microsoft.Data.Sqlite;
using TechTemp.Data.Store;

namespace TechTemp.Data.Devices;

/// <summary>The calibrations of one device over time.</summary>
internal sealed class Calibrations
{
    internal const string Sql =
        "SELECT from_ts, temperature_offset, humidity_offset FROM calibrations WHERE device_id = $device_id ORDER BY from_ts;";

    private readonly List<(long From, double Temperature, double Humidity)> _segments;

    private Calibrations(List<(long From, double Temperature, double Humidity)> segments) => _segments = segments;

    /// <summary>Of a device that has none.</summary>
    public static Calibrations None { get; } = new([]);

    /// <summary>
    /// Oldest first: the first moment (unix milliseconds UTC) that each holds for, up to the next one's, and what it adds.
    /// Before the first one nothing is added.
    /// </summary>
    public IReadOnlyList<(long From, double Temperature, double Humidity)> Segments => _segments;

    /// <summary>The calibrations of a device.</summary>
    /// <param name="connection">An open connection; in a transaction where the caller is in one.</param>
    /// <param name="deviceId">The store's key of the device.</param>
    /// <exception cref="SqliteException">The store failed.</exception>
    public static Calibrations Of(SqliteConnection connection, int deviceId)
    {
        using var select = Prepare(connection);
        return Of(select, deviceId);
    }

    /// <summary>The command of <see cref="Of(SqliteCommand, int)"/>, for many devices over one connection.</summary>
    public static SqliteCommand Prepare(SqliteConnection connection) => connection.Prepare(Sql, ("$device_id", SqliteType.Integer));

    /// <summary>The calibrations of a device.</summary>
    /// <param name="select">From <see cref="Prepare"/>.</param>
    /// <param name="deviceId">The store's key of the device.</param>
    /// <exception cref="SqliteException">The store failed.</exception>
    public static Calibrations Of(SqliteCommand select, int deviceId)
    {
        using var reader = select.Bind(0, deviceId).ExecuteReader();
        var segments = new List<(long From, double Temperature, double Humidity)>();
        while (reader.Read())
        {
            segments.Add((reader.GetInt64(0), reader.GetDouble(1), reader.GetDouble(2)));
        }

        return segments.Count == 0 ? None : new(segments);
    }

    /// <summary>What is added to a reading of this moment, unix milliseconds UTC: °C and percentage points.</summary>
    public (double Temperature, double Humidity) OffsetAt(long ts)
    {
        var (low, high) = (0, _segments.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _segments[middle].From <= ts ? (middle + 1, high) : (low, middle);
        }

        return low == 0 ? default : (_segments[low - 1].Temperature, _segments[low - 1].Humidity);
    }
}
