namespace TechTemp.Data.Readings;

/// <summary>What a sensor measured, as it said it.</summary>
/// <param name="Ts">Time of measurement, unix milliseconds UTC.</param>
/// <param name="Temperature">°C.</param>
/// <param name="Humidity">Relative humidity, %.</param>
public readonly record struct Measurement(long Ts, double Temperature, double Humidity);
