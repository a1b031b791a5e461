using TechTemp.Data.Readings;

namespace TechTemp.Data.Rollups;

/// <summary>What is known of the readings of an interval: how many, sums and extremes of the raw values (°C, %).</summary>
internal struct Rollup
{
    public long Count;
    public double TemperatureSum, TemperatureMin, TemperatureMax;
    public double HumiditySum, HumidityMin, HumidityMax;

    public void Add(double temperature, double humidity) => Add(new Rollup
    {
        Count = 1,
        TemperatureSum = temperature,
        TemperatureMin = temperature,
        TemperatureMax = temperature,
        HumiditySum = humidity,
        HumidityMin = humidity,
        HumidityMax = humidity,
    });

    public void Add(in Rollup other)
    {
        if (Count == 0)
        {
            this = other;
            return;
        }

        Count += other.Count;
        TemperatureSum += other.TemperatureSum;
        TemperatureMin = Math.Min(TemperatureMin, other.TemperatureMin);
        TemperatureMax = Math.Max(TemperatureMax, other.TemperatureMax);
        HumiditySum += other.HumiditySum;
        HumidityMin = Math.Min(HumidityMin, other.HumidityMin);
        HumidityMax = Math.Max(HumidityMax, other.HumidityMax);
    }

    /// <summary>As if each reading had been that much higher: what a calibration does.</summary>
    public readonly Rollup Shifted(double temperature, double humidity) => new()
    {
        Count = Count,
        TemperatureSum = TemperatureSum + Count * temperature,
        TemperatureMin = TemperatureMin + temperature,
        TemperatureMax = TemperatureMax + temperature,
        HumiditySum = HumiditySum + Count * humidity,
        HumidityMin = HumidityMin + humidity,
        HumidityMax = HumidityMax + humidity,
    };

    public readonly Bucket ToBucket(long start) => new(
        start, TemperatureSum / Count, TemperatureMin, TemperatureMax, HumiditySum / Count, HumidityMin, HumidityMax, Count);
}
