namespace TechTemp.Data.Readings;

/// <summary>What a sensor measured, as it said it.</summary>
/// <param name="Ts">Time of measurement, unix milliseconds UTC.</param>
/// <param name="Temperature">°C.</param>
/// <param name="Humidity">Relative humidity, %.</param>
/// <param name="Seq">The device's own counter, when it asks for end-to-end acknowledgement.</param>
public readonly record struct Measurement(long Ts, double Temperature, double Humidity, long? Seq = null);
