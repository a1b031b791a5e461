namespace TechTemp.Dashboard.Rooms;

/// <summary>What temperature and humidity say together.</summary>
public static class MoistAir
{
    // Magnus' formula over water, −45 to 60 °C, within 0.35 °C: D. Sonntag, "Important new values of the physical constants of
    // 1986, vapour pressure formulations based on the ITS-90", Zeitschrift für Meteorologie 70 (1990) 340–344; also WMO-No. 8,
    // Guide to Instruments and Methods of Observation, volume I, annex 4.B.
    private const double A = 17.62;
    private const double B = 243.12;

    /// <summary>
    /// The dew point, °C: to what the air must cool until water condenses from it. With γ = ln(RH/100) + 17.62·T/(243.12 + T) it is
    /// 243.12·γ/(17.62 − γ).
    /// </summary>
    /// <param name="temperature">T, °C.</param>
    /// <param name="humidity">RH, relative humidity, %.</param>
    /// <returns>Null for perfectly dry air, which has none.</returns>
    public static double? DewPoint(double temperature, double humidity)
    {
        if (humidity <= 0)
        {
            return null;
        }

        var gamma = Math.Log(humidity / 100) + A * temperature / (B + temperature);
        return B * gamma / (A - gamma);
    }

    /// <summary>
    /// The humidex, a number without a unit: how warm it feels to a person, in degrees Celsius of dry air. J. M. Masterton and F. A. Richardson, "Humidex: a
    /// method of quantifying human discomfort due to excessive heat and humidity", Environment Canada, CLI 1-79 (1979):
    /// T + 5/9·(e − 10), with the vapour pressure e = 6.11·exp(5417.7530·(1/273.16 − 1/(273.15 + dew point))) hPa.
    /// </summary>
    /// <param name="temperature">T, °C.</param>
    /// <param name="humidity">Relative humidity, %.</param>
    /// <returns>Null below 20 °C, where it is not defined.</returns>
    public static double? Humidex(double temperature, double humidity)
    {
        if (temperature < 20)
        {
            return null;
        }

        var vapour = DewPoint(temperature, humidity) is { } dewPoint ? 6.11 * Math.Exp(5417.7530 * (1 / 273.16 - 1 / (273.15 + dewPoint))) : 0;
        return temperature + 5.0 / 9 * (vapour - 10);
    }

    /// <summary>
    /// A plain word for how a room feels. Heat goes first, by the degrees of the humidex (some discomfort from 30, great discomfort from 40);
    /// then cold: a home should have 18 °C at least (World Health Organization, "Housing and health guidelines", 2018); then the air,
    /// which is best between 30 and 60 % and never above 65 % for long (ASHRAE 62.1: mould).
    /// </summary>
    /// <param name="temperature">°C.</param>
    /// <param name="humidity">Relative humidity, %.</param>
    public static Comfort ComfortOf(double temperature, double humidity) => Humidex(temperature, humidity) switch
    {
        >= 40 => Comfort.Oppressive,
        >= 30 => Comfort.Muggy,
        _ when temperature < 12 => Comfort.Cold,
        _ when temperature < 18 => Comfort.Cool,
        _ when humidity > 65 => Comfort.Damp,
        _ when humidity < 30 => Comfort.Dry,
        _ => Comfort.Comfortable,
    };
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

    /// <summary>Below 12 °C.</summary>
    Cold,

    /// <summary>Below 18 °C.</summary>
    Cool,

    /// <summary>Above 65 % relative humidity.</summary>
    Damp,

    /// <summary>Below 30 % relative humidity.</summary>
    Dry,
}
