namespace TechTemp.Clients.Device.Sensors;

/// <summary>Something that measures temperature and humidity: an AHT20, or a simulated one.</summary>
public interface ISensor
{
    /// <summary>Measures.</summary>
    /// <param name="at">The moment that the reading is stamped with: now.</param>
    /// <param name="cancellationToken">Ends the wait for the sensor.</param>
    /// <returns>°C and % relative humidity; null when there is nothing to tell.</returns>
    /// <exception cref="SensorException">The sensor cannot be read; the message says why.</exception>
    Task<Climate?> MeasureAsync(DateTimeOffset at, CancellationToken cancellationToken);
}

/// <summary>Temperature and humidity of one moment.</summary>
/// <param name="Temperature">°C.</param>
/// <param name="Humidity">Relative humidity, %.</param>
public readonly record struct Climate(double Temperature, double Humidity);

/// <summary>The sensor cannot be read; the message says what is wrong.</summary>
public sealed class SensorException(string message, Exception? inner = null) : Exception(message, inner);
