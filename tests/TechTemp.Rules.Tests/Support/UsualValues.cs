using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Storage;

namespace TechTemp.Rules.Tests.Support;

/// <summary>The two usual quantities of readings that have them.</summary>
internal static class UsualValues
{
    extension(QuantityValues values)
    {
        public double Temperature => values[QuantityRegistry.Temperature]!.Value;

        public double Humidity => values[QuantityRegistry.Humidity]!.Value;
    }

    extension(Measurement measurement)
    {
        public double Temperature => measurement.Values.Temperature;

        public double Humidity => measurement.Values.Humidity;
    }

    extension(SeriesReading reading)
    {
        public double Temperature => reading.Values.Temperature;

        public double Humidity => reading.Values.Humidity;
    }

    extension(LatestReading reading)
    {
        public double Temperature => reading.Values.Temperature;

        public double Humidity => reading.Values.Humidity;
    }

    extension(DeviceState state)
    {
        public double Temperature => state.Values.Temperature;

        public double Humidity => state.Values.Humidity;
    }
}
