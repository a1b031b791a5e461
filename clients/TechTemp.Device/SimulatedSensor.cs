namespace TechTemp.Clients.Device;

/// <summary>What a simulated sensor measures.</summary>
/// <param name="Ts">Time of measurement, unix milliseconds UTC.</param>
/// <param name="Temperature">°C.</param>
/// <param name="Humidity">Relative humidity, %.</param>
public readonly record struct SimulatedReading(long Ts, double Temperature, double Humidity);

/// <summary>
/// A sensor that is not there. What it measures is a function of time alone, so that history and live readings are of
/// one piece: the room's level, the day's rhythm, a slow weather, noise, and a window opened once or twice a day.
/// </summary>
/// <param name="Uid">The device.</param>
/// <param name="Room">The room's name.</param>
/// <param name="Temperature">The room's mean temperature, °C.</param>
/// <param name="Swing">How far the day moves it, K.</param>
/// <param name="Humidity">The room's mean relative humidity, %.</param>
/// <param name="Seed">What makes it different from the others.</param>
public sealed record SimulatedSensor(string Uid, string Room, double Temperature, double Swing, double Humidity, int Seed)
{
    private const double AiringMinutes = 15;
    private const double RecoveryMinutes = 25;

    /// <summary>A house with six rooms.</summary>
    public static IReadOnlyList<SimulatedSensor> House { get; } =
    [
        new("demo-living-room", "Living room", 21.0, 1.6, 46, 1),
        new("demo-kitchen", "Kitchen", 21.5, 2.2, 52, 2),
        new("demo-bedroom", "Bedroom", 18.5, 1.2, 54, 3),
        new("demo-bathroom", "Bathroom", 22.0, 1.4, 63, 4),
        new("demo-office", "Office", 20.5, 1.8, 44, 5),
        new("demo-cellar", "Cellar", 14.0, 0.4, 68, 6),
    ];

    /// <summary>What it measures at a moment, rounded as such sensors do.</summary>
    public SimulatedReading MeasureAt(DateTimeOffset time)
    {
        var hours = time.ToUnixTimeMilliseconds() / 3_600_000.0;
        // Coldest before dawn, warmest in the late afternoon.
        var day = Math.Sin((hours - 10) / 24 * Math.Tau);
        var weather = Math.Sin((hours / 61 * Math.Tau) + Seed) + (0.6 * Math.Sin((hours / 37 * Math.Tau) + (2 * Seed)));
        var air = Airing(time);
        var temperature = Temperature + (Swing * day) + (0.5 * weather) - (4.5 * air) + (0.08 * Noise(time, 1));
        var humidity = Humidity - (3 * Swing * day) + (2.5 * weather) - (9 * air) + (0.5 * Noise(time, 2));
        return new(time.ToUnixTimeMilliseconds(), Math.Round(temperature, 2), Math.Round(Math.Clamp(humidity, 5, 98), 2));
    }

    /// <summary>How far the window's air has come in, 0 to 1: it opens in the morning, and on some days in the evening.</summary>
    private double Airing(DateTimeOffset time)
    {
        var day = time.UtcDateTime.Date;
        var dayNumber = DateOnly.FromDateTime(day).DayNumber;
        var morning = Airing((time.UtcDateTime - day.AddHours(7.5 + Unit(dayNumber, 3))).TotalMinutes);
        var evening = Unit(dayNumber, 4) < 0.4 ? Airing((time.UtcDateTime - day.AddHours(18 + (3 * Unit(dayNumber, 5)))).TotalMinutes) : 0;
        return Math.Max(morning, evening);
    }

    private static double Airing(double minutesSinceOpened) => minutesSinceOpened switch
    {
        < 0 => 0,
        < AiringMinutes => 1 - Math.Exp(-minutesSinceOpened / 6),
        _ => (1 - Math.Exp(-AiringMinutes / 6)) * Math.Exp(-(minutesSinceOpened - AiringMinutes) / RecoveryMinutes),
    };

    // −1 to 1, around 0: two uniform numbers make a triangle, close enough to a sensor's noise.
    private double Noise(DateTimeOffset time, int channel)
    {
        var ts = time.ToUnixTimeMilliseconds();
        return Unit(ts, channel) + Unit(ts, channel + 100) - 1;
    }

    // SplitMix64's finalizer (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014): 0 to 1 for a number and a channel.
    private double Unit(long number, int channel)
    {
        unchecked
        {
            var z = ((ulong)number * 0x9E3779B97F4A7C15) + ((ulong)((Seed * 1000) + channel) * 0xD1B54A32D192ED03);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
        }
    }
}
