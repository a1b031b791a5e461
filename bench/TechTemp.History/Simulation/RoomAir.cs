using TechTemp.Readings.Quantities;

namespace TechTemp.History.Simulation;

/// <summary>
/// The air of a room as a sensor reads it: waves of day and year, a drift, and the noise of common sensors (AHT20, BMP280, SCD4x), which decides
/// how well readings compress. Temperature and humidity have two decimals, pressure has one, CO2 none.
/// </summary>
/// <param name="random">Where the noise is from.</param>
/// <param name="step">The time between two readings, milliseconds.</param>
/// <param name="room">The room's number, by which rooms differ.</param>
internal sealed class RoomAir(Random random, long step, int room)
{
    private readonly double _hours = step / 3_600_000.0;
    private double _warmth;
    private double _moisture;
    private double _co2 = 430;

    /// <summary>What is read a step later.</summary>
    /// <param name="ts">The time, unix milliseconds UTC.</param>
    /// <param name="quantities">Which quantities the sensor has.</param>
    public QuantityValues Next(long ts, QuantitySet quantities)
    {
        var day = ts / (double)Site.Day;
        _warmth = Drift(_warmth, deviation: 0.5, hours: 12);
        _moisture = Drift(_moisture, deviation: 4, hours: 24);
        var values = new QuantityValues(
            Math.Round(20 + room % 5 + Wave(day - room / 20.0) + 2 * Wave(day / 365) + _warmth + Noise(0.03), 2),
            Math.Round(50 - 5 * Wave(day - room / 20.0) + 8 * Wave(day / 365) + _moisture + Noise(0.08), 2));
        if (quantities.Contains(QuantityRegistry.Pressure))
        {
            values.Set(QuantityRegistry.Pressure, Math.Round(1_005 + 8 * Wave(day / 5.3) + 4 * Wave(day / 2.1) + Noise(0.06), 1));
        }

        if (quantities.Contains(QuantityRegistry.Co2))
        {
            // Towards the level with somebody in the room, or with nobody.
            var level = IsOccupied(day) ? 1_100 : 430;
            _co2 += (level - _co2) * Math.Min(1, _hours / 1.5);
            values.Set(QuantityRegistry.Co2, Math.Round(_co2 + Noise(6)));
        }

        return values;
    }

    // In the morning and in the evening.
    private bool IsOccupied(double day) => ((day * 24) + room) % 24 is (>= 6 and < 8) or (>= 17 and < 23);

    private static double Wave(double turns) => Math.Sin(turns * 2 * Math.PI);

    // The Ornstein-Uhlenbeck process: it wanders, and returns to 0 within those hours.
    private double Drift(double value, double deviation, double hours) =>
        value - (value * _hours / hours) + Noise(deviation * Math.Sqrt(2 * _hours / hours));

    // Normal distribution by Box and Muller.
    private double Noise(double deviation) =>
        deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Wave(random.NextDouble());
}
