using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;
using TechTemp.Readings.Calibrations;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Sqlite.Readings;

/// <summary>Reads the calibrations of devices with prepared SQL.</summary>
internal static class StoredCalibrations
{
    internal const string Sql =
        "SELECT from_ts, temperature_offset, humidity_offset, more FROM calibrations WHERE device_id = ?1 ORDER BY from_ts;";

    /// <summary>The calibrations of a device.</summary>
    /// <param name="select">Of <see cref="Sql"/>.</param>
    /// <param name="deviceId">The store's key of the device.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public static CalibrationHistory Of(Statement select, int deviceId)
    {
        select.Bind(1, deviceId);
        var segments = new List<(long From, Correction Correction)>();
        while (select.Step())
        {
            segments.Add((select.Long(0), Correction(select, 1)));
        }

        return segments.Count == 0 ? CalibrationHistory.None : new(segments);
    }

    /// <summary>What the three columns of offsets, which follow each other, say; nothing where they are NULL.</summary>
    public static Correction Correction(Statement row, int column)
    {
        var offsets = default(QuantityValues);
        Add(QuantityRegistry.Temperature, row.Double(column));
        Add(QuantityRegistry.Humidity, row.Double(column + 1));
        MoreValues.Read(row.Blob(column + 2), ref offsets);
        return TechTemp.Readings.Calibrations.Correction.Of(offsets);

        void Add(Quantity quantity, double offset)
        {
            if (offset != 0)
            {
                offsets.Set(quantity, offset);
            }
        }
    }
}
