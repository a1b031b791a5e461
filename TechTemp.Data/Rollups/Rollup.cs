using TechTemp.Data.Readings;
using TechTemp.Readings.Buckets;

namespace TechTemp.Data.Rollups;

/// <summary>
/// The readings of an interval: how many, the time that they stand for (<see cref="ReadingTime"/>), integrals over that time
/// and extremes of the raw values (°C, %).
/// </summary>
internal struct Rollup
{
    public long Count;
    public long Seconds;
    public double TemperatureIntegral, TemperatureMin, TemperatureMax;
    public double HumidityIntegral, HumidityMin, HumidityMax;

    /// <summary>Adds a reading.</summary>
    public void Add(double temperature, double humidity, long seconds) => Add(new Rollup
    {
        Count = 1,
        Seconds = seconds,
        TemperatureIntegral = temperature * seconds,
        TemperatureMin = temperature,
        TemperatureMax = temperature,
        HumidityIntegral = humidity * seconds,
        HumidityMin = humidity,
        HumidityMax = humidity,
    });

    /// <summary>A reading that it has stands for more seconds than before, or for fewer.</summary>
    public void Reweigh(double temperature, double humidity, long seconds)
    {
        Seconds += seconds;
        TemperatureIntegral += temperature * seconds;
        HumidityIntegral += humidity * seconds;
    }

    public void Add(in Rollup other)
    {
        if (Count == 0)
        {
            this = other;
            return;
        }

        Count += other.Count;
        Seconds += other.Seconds;
        TemperatureIntegral += other.TemperatureIntegral;
        TemperatureMin = Math.Min(TemperatureMin, other.TemperatureMin);
        TemperatureMax = Math.Max(TemperatureMax, other.TemperatureMax);
        HumidityIntegral += other.HumidityIntegral;
        HumidityMin = Math.Min(HumidityMin, other.HumidityMin);
        HumidityMax = Math.Max(HumidityMax, other.HumidityMax);
    }

    /// <summary>As if each reading had been that much higher: what a calibration does.</summary>
    public readonly Rollup Shifted(double temperature, double humidity) => new()
    {
        Count = Count,
        Seconds = Seconds,
        TemperatureIntegral = TemperatureIntegral + Seconds * temperature,
        TemperatureMin = TemperatureMin + temperature,
        TemperatureMax = TemperatureMax + temperature,
        HumidityIntegral = HumidityIntegral + Seconds * humidity,
        HumidityMin = HumidityMin + humidity,
        HumidityMax = HumidityMax + humidity,
    };

    public readonly Bucket ToBucket(long start) => new(
        start, TemperatureIntegral / Seconds, TemperatureMin, TemperatureMax, HumidityIntegral / Seconds, HumidityMin, HumidityMax, Count);
}
