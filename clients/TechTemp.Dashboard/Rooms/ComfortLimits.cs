using TechTemp.Dashboard.Api;

namespace TechTemp.Dashboard.Rooms;

/// <summary>Between which values a room is comfortable.</summary>
/// <param name="TemperatureMin">Lowest temperature, °C.</param>
/// <param name="TemperatureMax">Highest temperature, °C; null where the humidex decides.</param>
/// <param name="HumidityMin">Lowest relative humidity, %.</param>
/// <param name="HumidityMax">Highest relative humidity, %.</param>
public sealed record ComfortLimits(double TemperatureMin, double? TemperatureMax, double HumidityMin, double HumidityMax)
{
    /// <summary>
    /// For rooms that people live in: 18 °C at least (World Health Organization, "Housing and health guidelines", 2018), a humidex below 30, and air
    /// between 30 and 65 % (ASHRAE 62.1: mould).
    /// </summary>
    public static ComfortLimits Default { get; } = new(18, null, 30, 65);

    /// <summary>The limits of a room: its own, and the defaults for the others.</summary>
    public static ComfortLimits Of(RoomComfort? comfort) => comfort is null ? Default : new(
        comfort.TemperatureMin ?? Default.TemperatureMin,
        comfort.TemperatureMax ?? Default.TemperatureMax,
        comfort.HumidityMin ?? Default.HumidityMin,
        comfort.HumidityMax ?? Default.HumidityMax);

    /// <summary>
    /// A plain word for how the room feels. Heat goes first, by the limit or by the degrees of the humidex (some discomfort from 30, great discomfort
    /// from 40); then cold; then the air.
    /// </summary>
    /// <param name="temperature">°C.</param>
    /// <param name="humidity">Relative humidity, %.</param>
    public Comfort ComfortOf(double temperature, double humidity) => Heat(temperature, humidity) is { } heat ? heat : temperature switch
    {
        _ when temperature < TemperatureMin - MuchColder => Comfort.Cold,
        _ when temperature < TemperatureMin => Comfort.Cool,
        _ when humidity > HumidityMax => Comfort.Damp,
        _ when humidity < HumidityMin => Comfort.Dry,
        _ => Comfort.Comfortable,
    };

    // °C below the limit at which cool becomes cold.
    private const double MuchColder = 6;

    private Comfort? Heat(double temperature, double humidity) =>
        TemperatureMax is { } most ? temperature > most ? Comfort.Warm : null
        : MoistAir.Humidex(temperature, humidity) switch { >= 40 => Comfort.Oppressive, >= 30 => Comfort.Muggy, _ => null };
}

/// <summary>How a room feels.</summary>
public enum Comfort
{
    /// <summary>Nothing to complain about.</summary>
    Comfortable,

    /// <summary>Great discomfort: humidex 40 and above.</summary>
    Oppressive,

    /// <summary>Some discomfort: humidex 30 and above.</summary>
    Muggy,

    /// <summary>Above the room's own limit.</summary>
    Warm,

    /// <summary>More than 6 °C below the limit.</summary>
    Cold,

    /// <summary>Below the lowest comfortable temperature.</summary>
    Cool,

    /// <summary>Above the highest comfortable humidity.</summary>
    Damp,

    /// <summary>Below the lowest comfortable humidity.</summary>
    Dry,
}
