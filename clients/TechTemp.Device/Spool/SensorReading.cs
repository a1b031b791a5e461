namespace TechTemp.Clients.Device.Spool;

/// <summary>What a sensor measured.</summary>
/// <param name="Ts">Time of measurement, unix milliseconds UTC.</param>
/// <param name="Temperature">°C.</param>
/// <param name="Humidity">Relative humidity, %.</param>
public readonly record struct SensorReading(long Ts, double Temperature, double Humidity);

/// <summary>A reading with its number.</summary>
/// <param name="Seq">The device's own counter: one more with each reading.</param>
/// <param name="Reading">What was measured.</param>
public readonly record struct NumberedReading(long Seq, SensorReading Reading);
