using TechTemp.Clients.Device.Sensors;

namespace TechTemp.Clients.Device.Simulation;

/// <summary>
/// A room that is not there. It follows the weather with its own inertia, is heated by day where it is cold outside, has its people,
/// its vapour, and its habits: windows that are opened, meals that are cooked, showers. A function of time alone.
/// </summary>
public sealed record SimulatedRoom
{
    // The clock of the house: central European winter time, all year.
    private const double HouseClock = 1;
    private const double HeatingFrom = 6;
    private const double HeatingTo = 22;

    /// <summary>The house: these six, and then the same kinds again.</summary>
    private static readonly SimulatedRoom[] s_house =
    [
        new() { Uid = "living-room", Name = "Living room", Level = 21, Inertia = 9, Setback = 2.5, Vapour = 2.6, Sun = 1.4, Airs = true },
        new() { Uid = "kitchen", Name = "Kitchen", Level = 20.5, Inertia = 7, Setback = 2, Vapour = 3.2, Sun = 0.8, Airs = true, Cooks = true },
        new() { Uid = "bedroom", Name = "Bedroom", Level = 18.5, Inertia = 10, Setback = 1, Vapour = 3, Sun = 0.6, Airs = true, Sleeps = true },
        new() { Uid = "bathroom", Name = "Bathroom", Level = 22, Inertia = 8, Setback = 2.5, Vapour = 4, Sun = 0.3, Showers = true },
        new() { Uid = "office", Name = "Office", Level = 20.5, Inertia = 7, Setback = 3, Vapour = 2, Sun = 1.8, Airs = true },
        new() { Uid = "cellar", Name = "Cellar", Level = 14, Inertia = 400, Setback = 0, Vapour = 0.5, Sun = 0 },
    ];

    /// <summary>What its sensor is called, without a prefix.</summary>
    public required string Uid { get; init; }

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    // °C where it is neither heated nor warmed from outside.
    private double Level { get; init; }

    // Hours.
    private double Inertia { get; init; }

    // K that it is cooler at the end of a long cold night.
    private double Setback { get; init; }

    // hPa above the vapour pressure outside.
    private double Vapour { get; init; }

    // K in the afternoon.
    private double Sun { get; init; }

    private bool Airs { get; init; }

    private bool Cooks { get; init; }

    private bool Showers { get; init; }

    private bool Sleeps { get; init; }

    // What makes it different from the others.
    private int Seed { get; init; }

    /// <summary>So many rooms.</summary>
    public static IReadOnlyList<SimulatedRoom> House(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i => (Room: s_house[i % s_house.Length], Again: i / s_house.Length, Seed: i + 1)).Select(r => r.Again == 0
            ? r.Room with { Seed = r.Seed }
            : r.Room with { Seed = r.Seed, Uid = $"{r.Room.Uid}-{r.Again + 1}", Name = $"{r.Room.Name} {r.Again + 1}", Level = r.Room.Level + Noise.Around(0, r.Seed, 9) }),
    ];

    /// <summary>What a sensor measures in it, rounded as such sensors do.</summary>
    public Climate At(DateTimeOffset time)
    {
        var hours = time.ToUnixTimeMilliseconds() / 3_600_000.0;
        var airing = Airs ? Airing(hours) : 0;
        var steam = Showers ? Pulse(hours, 6.7, 0.9, chance: 1, minutes: 9, rise: 4, decay: 35, 20) + Pulse(hours, 20, 1.5, chance: 0.5, minutes: 9, rise: 4, decay: 35, 21) : 0;
        var meal = Cooks ? Pulse(hours, 11.8, 0.5, chance: 0.5, minutes: 30, rise: 12, decay: 40, 22) + Pulse(hours, 18.2, 0.8, chance: 1, minutes: 45, rise: 14, decay: 45, 23) : 0;

        var outside = SimulatedWeather.Temperature(hours);
        var temperature = Still(hours) + (2.3 * meal) + (1.6 * steam);
        temperature -= 0.2 * airing * Math.Max(0, temperature - outside);

        var outsideVapour = SimulatedWeather.Vapour(hours);
        var vapour = outsideVapour + Vapour + (Sleeps ? 1.4 * Night(hours) : 0) + (3.5 * meal) + (8 * steam);
        vapour -= 0.6 * airing * (vapour - outsideVapour);

        temperature += 0.05 * Noise.Around(time.ToUnixTimeMilliseconds(), Seed, 1);
        var humidity = (100 * vapour / SimulatedWeather.SaturatedVapour(temperature)) + (0.3 * Noise.Around(time.ToUnixTimeMilliseconds(), Seed, 2));
        return new(Math.Round(temperature, 2), Math.Round(Math.Clamp(humidity, 10, 98), 2));
    }

    // Without its habits: warmed by a warm outside, kept from a cold one by its heating, which rests at night.
    private double Still(double hours)
    {
        var above = SimulatedWeather.Temperature(hours, Inertia) - 15;
        var cold = Math.Clamp((15 - SimulatedWeather.Temperature(hours, inertia: 48)) / 6, 0, 1);
        var sun = Sun * 0.5 * (1 + Math.Cos((HouseHour(hours) - 15) / 24 * Math.Tau));
        return Level + (above > 0 ? 0.4 * above : 0.06 * above) + sun - (Setback * cold * (1 - Heating(hours)));
    }

    // 0 to 1: rises by day, falls at night, each towards where it never quite gets; begun so that a day ends where the next begins.
    private static double Heating(double hours)
    {
        const double Rise = 1.2, Fall = 6, Day = HeatingTo - HeatingFrom;
        var up = Math.Exp(-Day / Rise);
        var down = Math.Exp(-(24 - Day) / Fall);
        var evening = (1 - up) / (1 - (up * down));
        var since = (HouseHour(hours) - HeatingFrom + 24) % 24;
        return since < Day ? 1 - ((1 - (evening * down)) * Math.Exp(-since / Rise)) : evening * Math.Exp(-(since - Day) / Fall);
    }

    // 0 to 1, highest towards the morning.
    private static double Night(double hours) => 0.5 * (1 + Math.Cos((HouseHour(hours) - 5) / 24 * Math.Tau));

    private double Airing(double hours) => Math.Max(
        Pulse(hours, 7, 1, chance: 0.95, minutes: 15, rise: 6, decay: 25, 24),
        Pulse(hours, 18, 3, chance: 0.4, minutes: 15, rise: 6, decay: 25, 25));

    // Something that happens once a day, on some days: begins between two hours, rises for some minutes, then fades.
    private double Pulse(double hours, double from, double within, double chance, double minutes, double rise, double decay, int channel)
    {
        var day = (long)Math.Floor((hours + HouseClock) / 24);
        var total = 0.0;
        // Yesterday's may not have faded yet.
        for (var d = day - 1; d <= day; d++)
        {
            var since = (hours + HouseClock - (d * 24) - from - (within * Noise.Unit(d, Seed, channel))) * 60;
            if (since > 0 && Noise.Unit(d, Seed, channel + 100) < chance)
            {
                total += (1 - Math.Exp(-Math.Min(since, minutes) / rise)) * Math.Exp(-Math.Max(0, since - minutes) / decay);
            }
        }

        return total;
    }

    private static double HouseHour(double hours) => (hours + HouseClock) % 24;
}
