using TechTemp.Readings.Buckets;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Readings;

/// <summary>
/// The readings of an interval: how many, the time that they stand for (<see cref="ReadingTime"/>), integrals over that time
/// and extremes of the raw values (°C, %).
/// </summary>
internal struct Aggregate
{
    public long Count;
    public long Seconds;
    public double TemperatureIntegral, TemperatureMin, TemperatureMax;
    public double HumidityIntegral, HumidityMin, HumidityMax;

    /// <summary>What a page says of its readings.</summary>
    public static Aggregate Of(PageHead head)
    {
        var aggregate = new Aggregate { Count = head.Count };
        foreach (var column in head.Columns)
        {
            if (column.Quantity == QuantityRegistry.Temperature)
            {
                aggregate.Seconds = column.Seconds;
                (aggregate.TemperatureIntegral, aggregate.TemperatureMin, aggregate.TemperatureMax) = (column.Integral, column.Least, column.Greatest);
            }
            else if (column.Quantity == QuantityRegistry.Humidity)
            {
                (aggregate.HumidityIntegral, aggregate.HumidityMin, aggregate.HumidityMax) = (column.Integral, column.Least, column.Greatest);
            }
        }

        return aggregate;
    }

    /// <summary>Adds a reading.</summary>
    public void Add(double temperature, double humidity, long seconds)
    {
        if (Count++ == 0)
        {
            (TemperatureMin, TemperatureMax, HumidityMin, HumidityMax) = (temperature, temperature, humidity, humidity);
        }
        else
        {
            // Not Math.Min, which looks for the sign of zeros and for what is not a number.
            TemperatureMin = temperature < TemperatureMin ? temperature : TemperatureMin;
            TemperatureMax = temperature > TemperatureMax ? temperature : TemperatureMax;
            HumidityMin = humidity < HumidityMin ? humidity : HumidityMin;
            HumidityMax = humidity > HumidityMax ? humidity : HumidityMax;
        }

        Seconds += seconds;
        TemperatureIntegral += temperature * seconds;
        HumidityIntegral += humidity * seconds;
    }

    public void Add(in Aggregate other)
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
    public readonly Aggregate Shifted(double temperature, double humidity) => new()
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
