namespace TechTemp.Readings.Quantities;

/// <summary>What a sensor measured, as it said it.</summary>
/// <param name="Ts">Time of measurement, unix milliseconds UTC.</param>
/// <param name="Values">At least one value, where it is valid.</param>
public readonly record struct Measurement(long Ts, QuantityValues Values)
{
    /// <summary>A measurement of the two usual quantities.</summary>
    /// <param name="ts">Time of measurement, unix milliseconds UTC.</param>
    /// <param name="temperature">°C; null for none.</param>
    /// <param name="humidity">Relative humidity, %; null for none.</param>
    public Measurement(long ts, double? temperature, double? humidity)
        : this(ts, new QuantityValues(temperature, humidity))
    {
    }
}
