namespace TechTemp.Clients.Device.Simulation;

/// <summary>
/// The weather outside the simulated house: the year, the day, and fronts that come and go, as sums of waves. What follows it with
/// an inertia of its own (a first-order lag with time constant τ) follows each wave weaker by √(1 + (ωτ)²) and later by atan(ωτ), so
/// that everything here is a function of time alone: history and live readings are of one piece.
/// </summary>
internal static class SimulatedWeather
{
    private const double Mean = 11;

    // Amplitude in K, period and first peak in hours since 1970, UTC: warmest in mid-July and at three in the afternoon of central Europe.
    private static readonly (double Amplitude, double Period, double Peak)[] s_waves =
    [
        (8.5, 8766, 4790),
        (4.2, 24, 14),
        (2.6, 157, 20),
        (1.8, 97, 55),
        (1.1, 37, 11),
    ];

    /// <summary>°C outside, as something with this inertia feels it.</summary>
    /// <param name="hours">Hours since 1970, UTC.</param>
    /// <param name="inertia">The time constant, hours; 0 for the air itself.</param>
    public static double Temperature(double hours, double inertia = 0)
    {
        var temperature = Mean;
        foreach (var (amplitude, period, peak) in s_waves)
        {
            var speed = Math.Tau / period;
            temperature += amplitude / Math.Sqrt(1 + Math.Pow(speed * inertia, 2)) * Math.Cos((speed * (hours - peak)) - Math.Atan(speed * inertia));
        }

        return temperature;
    }

    /// <summary>The vapour pressure outside, hPa: a dew point below what the last days were like, in summer by more.</summary>
    public static double Vapour(double hours) => SaturatedVapour((0.75 * Temperature(hours, inertia: 30)) - 1.5 + (1.5 * Math.Sin(hours / 53 * Math.Tau)));

    /// <summary>The saturation vapour pressure over water, hPa, by the Magnus formula (WMO No. 8, Guide to Meteorological Instruments, annex 4.B).</summary>
    /// <param name="temperature">°C.</param>
    public static double SaturatedVapour(double temperature) => 6.112 * Math.Exp(17.62 * temperature / (243.12 + temperature));
}
