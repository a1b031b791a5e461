using Microsoft.Data.Sqlite;
using TechTemp.Data.Store;

namespace TechTemp.Data.Devices;

/// <summary>The calibrations of one device over time.</summary>
internal sealed class Calibrations
{
    internal const string Sql =
        "SELECT from_ts, temperature_offset, humidity_offset FROM calibrations WHERE device_id = ?1 ORDER BY from_ts;";

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
    /// <param name="select">Of <see cref="Sql"/>.</param>
    /// <param name="deviceId">The store's key of the device.</param>
    /// <exception cref="SqliteException">The store failed.</exception>
    public static Calibrations Of(Statement select, int deviceId)
    {
        select.Bind(1, deviceId);
        var segments = new List<(long From, double Temperature, double Humidity)>();
        while (select.Step())
        {
            segments.Add((select.Long(0), select.Double(1), select.Double(2)));
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
